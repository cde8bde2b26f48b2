"""Which appearance moves how in which split: an incomplete grid, and what was left out of it."""

from tf_dyngen.simulation.walkers import catalogue

VARIATIONS = 4  # of each gait
NUM_BODIES, NUM_COATS, NUM_PALETTES, NUM_GAITS = (
    len(names) for names in (catalogue.BODIES, catalogue.COATS, catalogue.PALETTES, catalogue.GAITS)
)


def list_splits():
    """Pairs of each split, {name: [(appearance number, motion number)]}.

    - train: each body in each coat, in colours of their own. One gait of the three is never
      shown with an appearance, and of the others two variations of four are.
    - transfer: the appearances of `train` in the gait that `train` withholds from them; the
      motions are in `train` too, with other appearances.
    - test: appearances that are nowhere else, each in one motion of every gait.
    """
    train, transfer, test = [], [], []
    for body in range(NUM_BODIES):
        for coat in range(NUM_COATS):
            palette = (3 * body + coat) % NUM_PALETTES
            look = catalogue.appearance_number(body, coat, palette)
            withheld = (body + coat) % NUM_GAITS
            for gait in range(NUM_GAITS):
                first = body + coat + gait
                pairs = transfer if gait == withheld else train
                pairs += [
                    (look, catalogue.motion_number(gait, (first + step) % VARIATIONS))
                    for step in (0, 1)
                ]
        for coat in (body % NUM_COATS, (body + NUM_COATS // 2) % NUM_COATS):
            palette = (3 * body + coat + NUM_PALETTES // 2) % NUM_PALETTES
            look = catalogue.appearance_number(body, coat, palette)
            test += [(look, catalogue.motion_number(gait, 0)) for gait in range(NUM_GAITS)]
    return {"train": train, "transfer": transfer, "test": test}
