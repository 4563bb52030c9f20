"""Which of the waiting texts run together."""

from __future__ import annotations

from collections.abc import Sequence

RUN_TOKENS = 16
"""What starting a run costs, in tokens: reading the weights. A text joins a run when it adds less padding than that."""


def like_lengths(lengths: Sequence[int], budget: int) -> list[int]:
    """Positions of the texts to run together, out of the lengths of those that wait, the oldest first.

    The oldest is always among them, so that none waits for ever; the others are the nearest to it in length. All of
    them, padded to the longest, stay within ``budget`` tokens; an oldest beyond it goes alone.
    """
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    place = order.index(0)
    sides = {-1: place - 1, 1: place + 1}  # where to look next among the shorter and among the longer ones
    taken, longest = [0], lengths[0]
    while True:
        gaps = [(abs(lengths[order[at]] - lengths[0]), side) for side, at in sides.items() if 0 <= at < len(order)]
        if not gaps:
            return taken
        side = min(gaps)[1]
        position = order[sides[side]]
        widest = max(longest, lengths[position])
        padded = widest * (len(taken) + 1)
        if padded > budget or padded - longest * len(taken) - lengths[position] > RUN_TOKENS:
            del sides[side]  # the next ones on this side are further away still
            continue
        taken.append(position)
        longest = widest
        sides[side] += side
