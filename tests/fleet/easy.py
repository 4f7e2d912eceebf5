"""EASY backfill the slow way: at every instant the whole future is worked out anew, job by job and node by node.

Nothing is shared with the engine: no tree, no list of ends, nothing remembered from one instant to the next.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Place = tuple[tuple[int, int], ...]
"""Which nodes give how many GPUs."""


@dataclass
class Work:
    """A job: when it came, what it needs, how long it takes and says it takes at most."""

    name: int
    submit_s: float
    gpus: int
    duration_s: float
    limit_s: float
    start_s: float = -1.0
    place: Place = ()

    @property
    def end_s(self) -> float:
        return self.start_s + min(self.duration_s, self.limit_s)

    @property
    def promise_s(self) -> float:
        return self.start_s + self.limit_s


@dataclass
class Cluster:
    """Nodes in racks, and who is at work."""

    racks: int
    nodes_per_rack: int
    gpus: int
    at_work: list[Work] = field(default_factory=list)

    @property
    def nodes(self) -> range:
        return range(self.racks * self.nodes_per_rack)

    def free(self, until_s: float = -1.0) -> list[int]:
        """Free GPUs by node now, or when all who promise to have ended by ``until_s`` have."""
        free = [self.gpus for _ in self.nodes]
        for work in self.at_work:
            if work.promise_s > until_s:
                for node, count in work.place:
                    free[node] -= count
        return free


def best_node(free: list[int], count: int, allowed: list[int]) -> int:
    fitting = [(free[node], node) for node in allowed if free[node] >= count]
    return min(fitting)[1] if fitting else -1


def find_place(cluster: Cluster, gpus: int, allowed: list[int]) -> Place:
    """Where a job goes among the allowed nodes; empty if nowhere."""
    free = cluster.free()
    if gpus <= cluster.gpus:
        node = best_node(free, gpus, allowed)
        return ((node, gpus),) if node >= 0 else ()
    wanted, rest = divmod(gpus, cluster.gpus)
    whole = [node for node in allowed if free[node] == cluster.gpus]
    by_rack = {
        rack: [node for node in whole if node // cluster.nodes_per_rack == rack] for rack in range(cluster.racks)
    }
    enough = [(len(found), rack) for rack, found in by_rack.items() if len(found) >= wanted + bool(rest)]
    chosen = (by_rack[min(enough)[1]] if enough else whole)[:wanted]
    if len(chosen) < wanted:
        return ()
    place = tuple((node, cluster.gpus) for node in chosen)
    if rest:
        node = best_node(free, rest, [node for node in allowed if node not in chosen])
        if node < 0:
            return ()
        place += ((node, rest),)
    return place


def shadow_of(cluster: Cluster, head: Work, now_s: float) -> tuple[float, int, int]:
    """(shadow time, node held or -1, whole nodes to spare) of the first job that cannot start."""
    for promise_s in sorted({work.promise_s for work in cluster.at_work}):
        free = cluster.free(promise_s)
        if head.gpus <= cluster.gpus:
            node = best_node(free, head.gpus, list(cluster.nodes))
            if node >= 0:
                return max(promise_s, now_s), node, 0
        else:
            spare = sum(count == cluster.gpus for count in free) - -(-head.gpus // cluster.gpus)
            if spare >= 0:
                return max(promise_s, now_s), -1, spare
    raise AssertionError("the head never fits")


def place_behind(
    cluster: Cluster, work: Work, head: Work, now_s: float, shadow_s: float, node: int, spare: int
) -> Place:
    """Where a job that runs past the shadow time may go: it leaves the head its node, or enough whole nodes."""
    if now_s + work.limit_s <= shadow_s:
        return find_place(cluster, work.gpus, list(cluster.nodes))
    free_then = cluster.free(shadow_s)
    allowed = []
    for n in cluster.nodes:
        if n == node and free_then[n] - head.gpus < min(work.gpus, cluster.gpus):
            continue
        if head.gpus > cluster.gpus and free_then[n] == cluster.gpus and spare == 0:
            continue
        allowed.append(n)
    place = find_place(cluster, work.gpus, allowed)
    if head.gpus > cluster.gpus and sum(free_then[n] == cluster.gpus for n, _ in place) > spare:
        return ()
    return place


def easy(works: list[Work], racks: int, nodes_per_rack: int, gpus: int) -> list[Work]:
    """Let everything start that EASY lets start, until all have ended."""
    cluster, waiting, to_come = Cluster(racks, nodes_per_rack, gpus), [], sorted(works, key=lambda w: w.submit_s)
    while to_come or cluster.at_work:
        now_s = min([w.submit_s for w in to_come[:1]] + [w.end_s for w in cluster.at_work])
        cluster.at_work = [work for work in cluster.at_work if work.end_s > now_s]
        while to_come and to_come[0].submit_s <= now_s:
            waiting.append(to_come.pop(0))
        pass_once(cluster, waiting, now_s)
    return works


def launch(cluster: Cluster, waiting: list[Work], work: Work, place: Place, now_s: float) -> None:
    work.start_s, work.place = now_s, place
    waiting.remove(work)
    cluster.at_work.append(work)


def pass_once(cluster: Cluster, waiting: list[Work], now_s: float) -> None:
    while waiting:
        place = find_place(cluster, waiting[0].gpus, list(cluster.nodes))
        if not place:
            break
        launch(cluster, waiting, waiting[0], place, now_s)
    if not waiting:
        return
    head = waiting[0]
    shadow_s, node, spare = shadow_of(cluster, head, now_s)
    for work in waiting[1:]:
        place = place_behind(cluster, work, head, now_s, shadow_s, node, spare)
        if place:
            if head.gpus > cluster.gpus and now_s + work.limit_s > shadow_s:
                spare -= sum(cluster.free(shadow_s)[n] == cluster.gpus for n, _ in place)
            launch(cluster, waiting, work, place, now_s)
