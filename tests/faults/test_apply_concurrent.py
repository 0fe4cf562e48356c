"""F18: several applies at once, interleaved call by call as hypothesis likes, with deaths in between (P4, P6, P7)."""

from __future__ import annotations

import threading
from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from flyteops.model.errors import OutsideFailed, Refused
from flyteops.reconcile import CLUSTER_REF
from tests.contract.records import LEASE_MS

from .counting import LONG
from .deploying import DOMAIN, PROGRAMS, Around, Dead, converged, deploy, objects_in
from .test_apply_kills import World

EXPECTED = {"FO713", "FO714", "FO715"}
"""What a loser may be told: somebody else is applying, took over, or was first."""


class Running:
    """An apply in a thread that goes on call by call, only when it is told to."""

    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self.error: BaseException | None = None
        self.killed = False
        self._go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self.done = False
        registry, cluster = Around(world.registry, self._point), Around(world.cluster, self._point)

        def work() -> None:
            self._go.acquire()
            try:
                if not self.killed:
                    deploy(PROGRAMS[name], registry, cluster, clock=Impatient(world), ids=world.ids)
            except (Dead, Refused, OutsideFailed) as error:
                self.error = error
            except BaseException as error:  # noqa: BLE001 - told by the invariant
                self.error = error
            self.done = True
            self._stopped.release()

        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()

    def _point(self, _: str) -> None:
        if self.killed:
            raise Dead
        self._stopped.release()
        self._go.acquire()
        if self.killed:
            raise Dead

    def step(self) -> None:
        self._go.release()
        self._stopped.acquire()

    def finish(self, *, kill: bool = False) -> None:
        self.killed = self.killed or kill
        while not self.done:
            self.step()
        self._thread.join()


class Impatient:
    """The world's clock, whose waiting makes no time pass for others, and soon is long enough."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waited = 0.0

    @property
    def ms(self) -> int:
        return self._world.clock.ms

    @ms.setter
    def ms(self, value: int) -> None:
        self._waited += 30.0

    def now_ms(self) -> int:
        return self._world.clock.now_ms()

    def monotonic_s(self) -> float:
        return self._waited


class Applies(RuleBasedStateMachine):
    """Up to three at a time; whatever order, the last command alone brings everything to what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.running: list[Running] = []

    @rule(name=st.sampled_from(sorted(PROGRAMS)))
    def begin(self, name: str) -> None:
        if len(self.running) < 3:
            self.running.append(Running(self.world, name))

    @rule(which=st.integers(0, 2), steps=st.integers(1, 40))
    def go_on(self, which: int, steps: int) -> None:
        if which < len(self.running):
            one = self.running[which]
            for _ in range(steps):
                if not one.done:
                    one.step()
            self._collect()

    @rule(which=st.integers(0, 2))
    def kill(self, which: int) -> None:
        if which < len(self.running):
            self.running[which].finish(kill=True)
            self._collect()

    @rule()
    def time_passes(self) -> None:
        """A lease runs out while its holder is paused."""
        self.world.clock.ms += LEASE_MS + 1

    @rule(name=st.sampled_from(sorted(PROGRAMS)))
    def all_end_and_the_same_command_converges(self, name: str) -> None:
        self._end()
        assert self.world.run(name)
        leftovers = self._unrecorded()
        for ref in leftovers:
            # A holder that lost its lease may still have made a template: it is marked, and a prune shows it.
            assert ref.kind == "WorkflowTemplate"
            self.world.cluster.lose(ref)
        converged(PROGRAMS[name], self.world.registry, self.world.cluster)

    @invariant()
    def a_reader_sees_one_revision(self) -> None:
        entities = self.world.registry.snapshot(DOMAIN).entities
        records = [dict.fromkeys(str(entity) for entity, _ in each.entities()) for each in PROGRAMS.values()]
        assert not entities or dict.fromkeys(sorted(map(str, entities))) in [dict.fromkeys(sorted(r)) for r in records]

    def _unrecorded(self) -> set:
        records = {each.ref for each in self.world.registry.objects(DOMAIN) if each.ref != CLUSTER_REF}
        return set(objects_in(self.world.cluster)) - records

    def _collect(self) -> None:
        for one in [each for each in self.running if each.done]:
            one.finish()
            self.running.remove(one)
            error = one.error
            if isinstance(error, Refused):
                assert error.code in EXPECTED, error
            elif error is not None and not isinstance(error, Dead | OutsideFailed):
                raise error

    def _end(self) -> None:
        for one in self.running:
            one.finish()
        self._collect()
        self.world.clock.ms += LEASE_MS + 1

    def teardown(self) -> None:
        for one in self.running:
            one.finish(kill=True)


Applies.TestCase.settings = settings(
    max_examples=1000 if LONG or settings._current_profile != "default" else 60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestApplies: Callable = Applies.TestCase


def test_a_first_apply_beside_another_takes_its_objects_for_no_strangers() -> None:
    """Found by the machine above: planned before there was a registry, and looking at the cluster behind the other."""
    for steps in range(1, 40):
        state = Applies()
        state.begin(name="one")
        state.begin(name="one")
        state.go_on(which=1, steps=steps)
        state.all_end_and_the_same_command_converges(name="one")
        state.teardown()
