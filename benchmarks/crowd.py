"""A crowd of invented visitors and staff in screening's table of people, written as the product would write them."""

from __future__ import annotations

import psycopg
from sqlalchemy.engine import make_url

from benchmarks.scene import SITE
from common.secrets import get_keyring
from common.testing.installation import Installation
from common.testing.provision import ServerRun
from screening.usecases.finding import tails_of

SURNAMES = "甄贾吾虞乌有言午木子弓长立早云山水石金土"
GIVEN = (
    "子安一二三四平方圆东西南北春夏秋冬天地风雷火林泉松竹梅兰菊青白红黄黑明月星河江海湖川石玉珠宝琴棋书画诗礼乐文武中和"
)
INITIALS = "abcdefghjklmnpqrstwxyz"

FILL = """
INSERT INTO person (id, site, kind, name, initials, document_type, document_number, document_index, document_last4,
                    phone, phone_index, phone_last4, person_key, staff_number, section, leaves, active, sequence,
                    last_seen_at)
SELECT gen_random_uuid()::text, %(site)s, CASE WHEN staff THEN 'staff' ELSE 'visitor' END,
       substr(%(surnames)s, 1 + a, 1) || substr(%(given)s, 1 + b, 1) || substr(%(given)s, 1 + c, 1),
       substr(%(letters)s, 1 + a %% 22, 1) || substr(%(letters)s, 1 + b %% 22, 1)
           || substr(%(letters)s, 1 + c %% 22, 1),
       'resident_id', %(number)s, decode(substr(md5('d' || n), 1, 32), 'hex'), four.document,
       %(phone)s, decode(md5('p' || n), 'hex'), four.phone, md5('k' || n) || md5('l' || n),
       CASE WHEN staff THEN 'A' || lpad(n::text, 7, '0') END, '', '[]', true, 0,
       CASE WHEN staff THEN NULL ELSE timestamptz '2021-03-01' - (random() * 500) * interval '1 day' END
FROM (SELECT n, n %% 1000 = 0 AS staff, (random() * 19)::int AS a, (random() * 56)::int AS b,
             (random() * 56)::int AS c, (random() * 9999)::int AS tail
      FROM generate_series(%(first)s::int, %(last)s::int) AS n) AS made
JOIN four ON four.place = tail
"""


def add_people(made: Installation, count: int) -> None:
    """Adds people: one in a thousand is staff, and names, last fours and times are spread as among real ones."""
    with _as_operator(made) as connection:
        tail = "SELECT count(*) FROM person"
        first = (connection.execute(tail).fetchone() or (0,))[0] + 1
        _tails(connection)
        ring = get_keyring()
        connection.execute(
            FILL,
            {
                "site": SITE, "surnames": SURNAMES, "given": GIVEN, "letters": INITIALS,
                "number": ring.encrypt(b"230103198001019607", b"screening.person.document_number"),
                "phone": ring.encrypt(b"13000000000", b"screening.person.phone"),
                "first": first, "last": first + count - 1,
            },
        )  # fmt: skip
        connection.execute("VACUUM ANALYZE person")


def analyze(made: Installation) -> None:
    """Brings the planner's statistics up to date, as autovacuum does within a minute."""
    with _as_operator(made) as connection:
        connection.execute("VACUUM ANALYZE")


def _as_operator(made: Installation) -> psycopg.Connection:
    address = make_url(made.settings.database_url("screening"))
    return psycopg.connect(ServerRun.current().postgres().dsn(address.database or ""), autocommit=True)


def _tails(connection: psycopg.Connection) -> None:
    """The indexes of all last fours, as the product makes them."""
    connection.execute("CREATE TEMP TABLE four (place int, document bytea, phone bytea)")
    with connection.cursor().copy("COPY four FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(["int4", "bytea", "bytea"])
        for number in range(10_000):
            copy.write_row((number, *tails_of(SITE, f"{number:04d}")))
