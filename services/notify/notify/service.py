"""Notify as a value: everything the service is."""

from __future__ import annotations

from common.events.catalogue.notify import (
    AlertAcknowledged,
    AlertEscalated,
    AlertExhausted,
    AlertMarked,
    AlertRaised,
)
from common.service import Service
from notify.api.alerts import alerts_api
from notify.api.channels import channels_api
from notify.api.duty import duty_api
from notify.api.messages import messages_api
from notify.api.routes import routes_api
from notify.duties import DUTIES
from notify.live import live
from notify.models import Base
from notify.pages.alerts import pages as alert_pages
from notify.pages.duty import pages as duty_pages
from notify.pages.messages import pages as message_pages
from notify.pages.setup import pages as setup_pages
from notify.reactions import REACTIONS

service = Service(
    name="notify",
    title_zh="通知告警",
    title_en="Alerts",
    tables=Base.metadata,
    api=(alerts_api(), duty_api(), routes_api(), channels_api(), messages_api()),
    pages=(alert_pages, duty_pages, setup_pages, message_pages, live),
    reactions=REACTIONS,
    duties=DUTIES,
    publishes=(AlertRaised, AlertAcknowledged, AlertEscalated, AlertExhausted, AlertMarked),
)
