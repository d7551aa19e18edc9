"""Writes a golden sample for each event type that has none yet: `python tools/sample_events.py`.

A sample is never written again: what was once published must be understood for ever.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from common.events.catalogue import EVENTS
from common.events.envelope import Envelope
from common.events.payload import producer_of
from common.web.samples import sample_of

FOLDER = Path(__file__).resolve().parents[1] / "docs/events/samples"
PROTOCOL = {
    "code": "sample",
    "pathogen": {"zh": "样例", "en": "sample"},
    "title": {"zh": "样例方案", "en": "Sample protocol"},
    "source": {"zh": "无", "en": "none"},
    "alerts": {"ladder": [{"to": "on_duty", "wait_minutes": 5}]},
}
"""Stands in a sample for the one document whose words are checked by patterns; readings too are given."""
EVENT_ID = "01780000-0000-7000-8000-000000000001"


def main() -> None:
    """Writes what is missing."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, payload in EVENTS.items():
        path = FOLDER / f"{name}.json"
        if path.exists():
            continue
        schema = payload.model_json_schema(mode="serialization")
        drawn = json.loads(sample_of(schema, schema))
        if "protocol" in drawn:
            drawn["protocol"] = PROTOCOL
        if "reading" in drawn:
            drawn["reading"] = "37.6"
        data: dict[str, Any] = payload.model_validate(drawn).model_dump(mode="json")
        envelope = Envelope(
            id=EVENT_ID,
            type=name,
            source=f"/sites/main/{producer_of(name)}",
            subject=EVENT_ID,
            time="2021-03-01T00:30:00Z",  # type: ignore[arg-type]
            site="main",
            sequence=1,
            traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            data=data,
        )
        path.write_text(
            json.dumps(json.loads(envelope.to_json()), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
