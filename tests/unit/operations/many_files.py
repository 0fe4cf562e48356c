"""A project of many small files that lean on one another in every way that there is, for tests of plans by parts."""

SETTINGS = """\
apiVersion: flyteops/v1
project: shop
code: {roots: [src]}
declarations: [pipelines]
domains: {development: {default: true}, production: {default_image: "ghcr.io/acme/base:v1"}}
defaults: {task: {retries: 1}}
"""

FILES: dict[str, str] = {
    "flyteops.yaml": SETTINGS,
    "pipelines/profiles.yaml": """\
apiVersion: flyteops/v1
resources:
  small: {cpu: 500m, memory: 512Mi}
  large: {cpu: 4, memory: 8Gi}
images:
  plain: ghcr.io/acme/plain:v1
""",
    "pipelines/orders/read.yaml": """\
apiVersion: flyteops/v1
defaults: {task: {timeout: 10m}}
tasks:
  read-orders:
    function: shop.orders:read
    resources: small
    cache: true
    outputs: [orders]
""",
    "pipelines/orders/sum.yaml": """\
apiVersion: flyteops/v1
tasks:
  sum-orders:
    function: shop.sums:total
    image: plain
    resources: {like: large, memory: 9Gi}
    cache: {version: "2"}
  sum-again:
    like: sum-orders
    retries: 4
""",
    "pipelines/orders/flow.yaml": """\
apiVersion: flyteops/v1
workflows:
  orders:
    inputs:
      day: datetime
      most: int = 10
    nodes:
      rows: {task: read-orders, inputs: [day]}
      all: {task: sum-orders, inputs: {orders: $rows.orders}, overrides: {resources: large}}
      told: {task: "shop.tell:tell", inputs: {text: "it\\u0073 done"}, after: [all]}
    outputs: {total: $all}
launch_plans:
  nightly:
    workflow: orders
    fixed_inputs: {most: 3}
    schedule: {cron: "0 2 * * *", timezone: UTC, kickoff_time_input: day}
""",
    "pipelines/all.yaml": """\
apiVersion: flyteops/v1
workflows:
  everything:
    inputs: {day: datetime}
    nodes:
      first: {workflow: orders, inputs: [day]}
      again: {task: sum-again, inputs: {orders: [1, 2]}}
      one: {task: kept, inputs: {request: {name: a}}, after: [first]}
    outputs: {total: $first}
""",
    "pipelines/kept.yaml": """\
apiVersion: flyteops/v1
tasks: {kept: {function: "shop.requests:keep", description: "a task \\x6fn its own"}}
""",
    "pipelines/lonely.yaml": """\
apiVersion: flyteops/v1
# mentions nobody
tasks:
  lonely:
    function: shop.lonely:alone
    env: {LEVEL: "3"}
""",
    "pipelines/files.yaml": """\
apiVersion: flyteops/v1
workflows:
  from-file:
    inputs:
      table: {type: File, default: tables/prices.csv}
    nodes:
      one: {task: "shop.lonely:opened", inputs: [table]}
""",
    "pipelines/production.yaml": """\
apiVersion: flyteops/v1
domain: production
defaults: {task: {retries: 5}}
tasks:
  read-orders: {resources: {memory: 2Gi}}
""",
    "pipelines/models/train.yaml": """\
apiVersion: flyteops/v1
tasks:
  train-net:
    function: shop.nets:train
    outputs: {net: {pickle: true}}
    secrets: [hub-token]
""",
    "pipelines/models/ask.yaml": """\
apiVersion: flyteops/v1
tasks:
  ask-net: {function: "shop.nets:ask", actor: warm}
""",
    "pipelines/models/flow.yaml": """\
apiVersion: flyteops/v1
workflows:
  nets:
    nodes:
      made: {task: train-net}
      asked: {task: ask-net, inputs: {net: $made.net}}
    outputs: {answer: $asked}
launch_plans:
  on-answer:
    workflow: answered
    trigger: {artifact: answers, bind: {number: $artifact}}
""",
    "pipelines/models/again.yaml": """\
apiVersion: flyteops/v1
workflows:
  answered:
    inputs: {number: int}
    nodes:
      one: {task: "shop.tell:tell", inputs: {text: got it}}
""",
    "pipelines/models/around.yaml": """\
apiVersion: flyteops/v1
secrets:
  hub-token: {kubernetes: {name: hub, key: token}}
actors:
  warm: {image: plain, resources: large, replicas: 2}
artifacts:
  answers: {from: workflow/nets.answer}
""",
    "src/shop/nets.py": """\
class Net:
    def __init__(self, size):
        self.size = size


def train() -> Net:
    return Net(3)


def ask(net: Net) -> int:
    return net.size
""",
    "tables/prices.csv": "a,1\n",
    "src/shop/__init__.py": "",
    "src/shop/orders.py": """\
import datetime as dt

from .shapes import Row
from . import limits


def read(day: dt.datetime) -> list[int]:
    '''Reads.'''
    return [Row(limits.MOST).count] * limits.twice(day.day)
""",
    "src/shop/shapes.py": """\
from dataclasses import dataclass


@dataclass
class Row:
    count: int = 0


@dataclass
class Request:
    name: str
    size: int = 1
""",
    "src/shop/limits.py": "MOST = 3\n\n\ndef twice(x: int) -> int:\n    return 2 * x\n",
    "src/shop/sums.py": """\
from shop import shapes


def total(orders: list[int]) -> int:
    return sum(orders) + shapes.Row().count
""",
    "src/shop/tell.py": "def tell(text: str) -> None:\n    print(text)\n",
    "src/shop/requests.py": """\
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shop.shapes import Request


def keep(request: "Request") -> str:
    return request.name
""",
    "src/shop/lonely.py": """\
from pathlib import Path


def alone() -> int:
    return 1


def opened(table: Path) -> int:
    return len(table.read_text())
""",
}
