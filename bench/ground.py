"""What the benchmarks stand on: the shipped places and programmes, and a count of statements."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import psutil
import psycopg

from zhijin.config.home import Home
from zhijin.config.postgres import ADMIN, Cluster
from zhijin.core.actor import Actor

#: 大耆老村 in 昭阳区, and two more of the demonstration's villages.
VILLAGES = {"530602105207": (12, 6), "530621103203": (9, 5), "520115007005": (0, 8)}
_WORDS = (
    "村口", "大桥", "学校", "卫生室", "水库", "公路", "路面", "护栏", "塌陷", "落石", "积水", "结冰",
    "垃圾", "没人收", "路灯", "不亮", "晚上", "看不见", "下雨", "滑坡", "车辆", "过不去", "老人", "孩子",
    "上学", "危险", "已经三天", "请尽快", "处理", "井盖", "丢失", "电线", "垂下", "施工", "噪音", "占道",
)  # fmt: skip


def prepare(villages: dict[str, tuple[int, int]] | None = None) -> None:
    """Import the shipped divisions, put the shipped programmes into force, draw some grids."""
    from zhijin.places import demo
    from zhijin.places.importing.run import import_shipped
    from zhijin.playbooks.shipping import install_shipped

    import_shipped(Actor.system("bench"))
    install_shipped()
    if villages is None or villages:
        demo.seed(VILLAGES if villages is None else villages)


def sentence(chance: random.Random, words: int = 9) -> str:
    """A report as somebody might write it."""
    return "".join(chance.choices(_WORDS, k=words))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the values lie; 0 without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def cpu_of(processes: Iterable[psutil.Process]) -> float:
    """Processor seconds that living processes have used so far."""
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


class Statements:
    """Counts what the app role sends, with pg_stat_statements; only on a PostgreSQL of our own."""

    def __init__(self) -> None:
        cluster = self.cluster = Cluster(Home(Path(os.environ["ZHIJIN_HOME"])).root)
        self.url = cluster.url(ADMIN) if cluster.exists else ""
        if self.url:
            self._load(cluster)

    def _load(self, cluster: Cluster) -> None:
        from django.db import connections

        with psycopg.connect(self.url, autocommit=True) as admin:
            admin.execute("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
        connections.close_all()
        cluster.stop()
        cluster.start()
        self.url = cluster.url(ADMIN)
        with psycopg.connect(self.url, autocommit=True) as admin:
            admin.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")

    def cpu(self) -> float:
        """Processor seconds of the database's processes so far; 0 when it is not ours."""
        pid = self.cluster.pid() if self.cluster.exists else None
        return cpu_of(psutil.Process(pid).children()) if pid else 0.0

    def reset(self) -> None:
        if self.url:
            with psycopg.connect(self.url, autocommit=True) as admin:
                admin.execute("SELECT pg_stat_statements_reset()")

    def counted(self) -> list[tuple[str, int, float]]:
        """(statement, calls, milliseconds in the server) of the app role, most called first."""
        if not self.url:
            return []
        with psycopg.connect(self.url) as admin:
            rows = admin.execute(
                "SELECT query, calls, total_exec_time FROM pg_stat_statements s"
                " JOIN pg_roles r ON r.oid = s.userid WHERE r.rolname = 'zhijin_app'"
                " ORDER BY calls DESC"
            ).fetchall()
        return [(str(q), int(c), float(t)) for q, c, t in rows]
