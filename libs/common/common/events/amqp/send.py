"""Publishes a few events and waits for the confirms: for commands and tests, never for a web process."""

from __future__ import annotations

from collections.abc import Iterable

from common.events.amqp.connect import channel
from common.events.amqp.consumer import message
from common.events.amqp.topology import EXCHANGE, declare_exchange
from common.events.envelope import Envelope
from common.events.payload import routing_key


def send(urls: str, envelopes: Iterable[Envelope]) -> None:
    """Publishes events in order. Raises BrokerAway, or pika's NackError for one that the broker refused."""
    with channel(urls, "sizao send") as open_channel:
        declare_exchange(open_channel)
        open_channel.confirm_delivery()
        for one in envelopes:
            headers = {"id": one.id, "type": one.type, "site": one.site}
            key = routing_key(one.site, one.type)
            open_channel.basic_publish(EXCHANGE, key, one.to_json().encode(), message(headers))
