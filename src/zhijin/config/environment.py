"""Every environment variable that Zhijin reads, for the reference. A test holds it against the source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """``default`` as an operator would write it; ``says`` in English, for docs/reference/settings.md."""

    name: str
    default: str
    says: str


VARIABLES: tuple[Variable, ...] = (
    Variable("ZHIJIN_HOME", "`.data` in the checkout", "Directory of data, keys, logs and uploaded files."),
    Variable(
        "DATABASE_URL", "a PostgreSQL of our own",
        "Another PostgreSQL, 16 or newer, as the role of the application: neither superuser nor owner of"
        " the tables, so that row-level security holds.",
    ),
    Variable("ZHIJIN_PREPARE", "`1`", "`0`: no prepared statements, for a pooler between that cannot pass them on (PgBouncer before 1.21)."),
    Variable("DATABASE_OWNER_URL", "as DATABASE_URL", "The same database as the owner of the tables; used for migrations and bulk imports."),
    Variable("ZHIJIN_ORIGIN", "the printed address", "The address under which people reach the platform, for links and for the check of forms. `https://` makes cookies secure."),
    Variable("ZHIJIN_EBM_SENDER", "empty", "Our code (EBRID) in the national emergency broadcast system. With it, broadcasts can be exported as its packages (EBM); their format is unverified."),
    Variable("ZHIJIN_HOSTS", "`*`", "Host names that are answered, separated by commas."),
    Variable("ZHIJIN_SSE_URL", "empty", "Address of the event stream as browsers reach it; `/` when a proxy serves it under the same address."),
    Variable("ZHIJIN_EVENTS_PORT", "the port after the web port", "Port of the event stream on the page's own host, when ZHIJIN_SSE_URL is empty. Set by `zhijin up`."),
    Variable("ZHIJIN_WORKERS", "one a processor, at most 8", "Processes that serve pages."),
    Variable("ZHIJIN_THREADS", "`4`", "Threads of each of them."),
    Variable("ZHIJIN_PLAYBOOKS", "`playbooks` in the checkout", "Folder of the programmes that are put into force at the first start."),
    Variable("ZHIJIN_PROXIES", "empty", "Addresses of proxies, separated by commas, whose word about the caller's address is taken."),
    Variable("ZHIJIN_FILES", "`files` in ZHIJIN_HOME", "Folder of uploaded files."),
    Variable("ZHIJIN_FILE_GRACE_DAYS", "`7`", "How many days an uploaded file stays after the last record that named it; at least 1."),
    Variable("ZHIJIN_CASE_KEEP_DAYS", "`730`", "How many days after its end a case keeps what is personal in it; at least 31, the days in which it can be opened again. A shorter period holds thirty days after it was set."),
    Variable("ZHIJIN_PROXY_KEEP_DAYS", "`180`", "How many days after the last paper was delivered an application on another's behalf keeps its photographed papers and signatures; at least 1."),
    Variable("ZHIJIN_ERASED", "`erased.jsonl` in ZHIJIN_HOME", "List of the ids of what was erased, for `zhijin retention --again` after a restore. Copy it to another machine; it is no part of a backup."),
    Variable("ZHIJIN_ASSESSMENT", "`assessment` in ZHIJIN_HOME", "Folder of months of facts as Parquet files, which assessments are computed from. Made anew when it is gone."),
    Variable("ZHIJIN_STATIC", "`static` in ZHIJIN_HOME", "Folder of collected styles and behaviours."),
    Variable("ZHIJIN_IDLE_MINUTES", "`60`", "A sign-in ends after so long without use."),
    Variable("ZHIJIN_SIGN_IN_HOURS", "`12`", "A sign-in ends after so long in any case."),
    Variable("ZHIJIN_OIDC_ISSUER", "empty", "Address of an OpenID Connect provider for sign-in."),
    Variable("ZHIJIN_OIDC_CLIENT_ID", "empty", "What the provider calls us."),
    Variable("ZHIJIN_OIDC_CLIENT_SECRET", "empty", "The secret that it gave us."),
    Variable("ZHIJIN_WEBHOOK_ALLOW", "empty", "Inside addresses that webhooks may be sent to, separated by commas: `host`, `host:port` or a network such as `10.20.0.0/16`. Everything inside is refused otherwise."),
    Variable("ZHIJIN_CHANNEL_HOSTS", "empty", "Hosts beside WeCom's, DingTalk's and Feishu's that a notification channel may name, separated by commas: `host` or `host:port`, such as a gateway of short messages. One that lies inside needs ZHIJIN_WEBHOOK_ALLOW as well."),
    Variable("ZHIJIN_BROKER", "empty", "`external`: `zhijin up` starts no broker of its own; `keys/broker.json` in ZHIJIN_HOME says where a cluster is (see `deploy/README.md`)."),
    Variable("ZHIJIN_BROKER_NAMES", "empty", "Further host names and addresses of the broker's certificate, separated by commas, under which devices reach it."),
    Variable("ZHIJIN_READING_MONTHS", "`13`", "How many months the readings of devices are kept; at least 3."),
    Variable("ZHIJIN_DEMO", "set by `zhijin up`", "`1`: demonstration accounts, clock and banner. Never on a real installation."),
    Variable("ZHIJIN_DEMO_SCALE", "`village`", "Size of the demonstration made at the first start: `village`, `county`, `province`."),
    Variable("ZHIJIN_LOG", "`INFO`", "How much is logged: `DEBUG`, `INFO`, `WARNING`, `ERROR`."),
    Variable("ZHIJIN_LANG", "the terminal's", "Language of the command line: `zh` or `en`."),
    Variable("ZHIJIN_DEBUG", "empty", "`1`: Django's debugging pages. For developing only."),
)  # fmt: skip
