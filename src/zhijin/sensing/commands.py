"""The command `zhijin simulate devices`: the simulated devices of this installation sign in and speak."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from django.utils.translation import gettext as _

from zhijin.core.bus import BusError


def add_parser(commands: Any) -> None:
    """Add `simulate` to the command line."""
    parser = commands.add_parser(
        "simulate",
        help=_("模拟设备发事件"),
        description=_(
            "让登记为“模拟”的设备真的接入、发消息；真实设备不受影响。平台要正在运行（zhijin up）。"
        ),
        epilog=_(
            "例：\n"
            "  zhijin simulate devices                              所有模拟设备发一分钟平常的读数\n"
            "  zhijin simulate devices --alarm smoke --seconds 5    一个烟感报一次火警\n"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=["devices"], help=_("模拟什么"))
    parser.add_argument("--place", default="", metavar="CODE", help=_("只要这个地方以下的"))
    parser.add_argument("--seconds", type=float, default=60.0, help=_("多久"))
    parser.add_argument("--every", type=float, default=5.0, help=_("每台隔几秒发一次"))
    parser.add_argument(
        "--alarm", default="", metavar="KIND", help=_("一台这种设备发一次会报警的事件")
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 when everything was acknowledged; 1 when there is no broker or nothing simulated."""
    from zhijin.sensing.simulating import Simulation

    try:
        simulation = Simulation(args.place)
        if not simulation.devices:
            print(_("这里没有模拟设备。"), file=sys.stderr)
            return 1
        simulation.connect()
    except (BusError, OSError) as error:
        print(_("接不上：{error}。先运行 zhijin up。").format(error=error), file=sys.stderr)
        return 1
    began = time.monotonic()
    if args.alarm and not simulation.alarm(args.alarm):
        print(_("这里没有会报“{kind}”的模拟设备。").format(kind=args.alarm), file=sys.stderr)
        return 1
    while time.monotonic() - began < args.seconds:
        simulation.speak()
        time.sleep(min(args.every, max(0.0, args.seconds - (time.monotonic() - began))))
    left = simulation.close()
    told = _("{devices} 台设备发了 {sent} 条，{left} 条没有得到确认。")
    print(told.format(devices=len(simulation.devices), sent=simulation.sent, left=left))
    return 1 if left else 0
