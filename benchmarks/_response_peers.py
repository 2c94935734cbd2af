"""What else computes response criteria: pandas, Polars on long rows, a numba kernel. Doubles, as usual."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

MEASURES = ("phga", "ptga", "mmt", "haq", "enz", "exm")
RANGES = {"phga": 10.0, "ptga": 10.0, "mmt": 15.0, "haq": 2.4, "exm": 10.0}
EDGES = {m: (2, 10, 20, 30) if m == "mmt" else (5, 15, 25, 40) for m in MEASURES}
POINTS = {
    "phga": (0, 7.5, 15, 17.5, 20),
    "ptga": (0, 2.5, 5, 7.5, 10),
    "mmt": (0, 10, 20, 27.5, 32.5),
    "haq": (0, 5, 7.5, 7.5, 10),
    "enz": (0, 2.5, 5, 7.5, 7.5),
    "exm": (0, 7.5, 12.5, 15, 20),
}
Doubles = dict[str, NDArray[np.float64]]


def long_rows(doubles: Doubles, participants: int, visits: int) -> Any:
    """One row a participant, visit and measure, as a study's script has them; visit 0 is baseline."""
    import pandas as pd

    pieces = []
    count = participants * visits
    who, visit = np.repeat(np.arange(participants), visits), np.tile(np.arange(1, visits + 1), participants)
    first = np.arange(0, count, visits)
    for m in MEASURES:
        base = pd.DataFrame({"participant": np.arange(participants), "visit": 0, "measure": m})
        base["value"] = doubles[f"{m}_b"][first]
        then = pd.DataFrame({"participant": who, "visit": visit, "measure": m, "value": doubles[f"{m}_f"][:count]})
        pieces += [base, then]
    table = pd.concat(pieces, ignore_index=True)
    table["measure"] = table["measure"].astype("category")
    return table


def pandas_by_participant(table: Any) -> Any:
    """The way of most study scripts: a Python function for every participant."""

    def judged(group: Any) -> Any:
        wide = group.pivot(index="visit", columns="measure", values="value")
        base = wide.loc[0]
        change = (wide.loc[1:] - base) / base * 100
        change[[m for m in MEASURES if m != "mmt"]] *= -1
        improved = (change >= 20).sum(axis=1)
        worse = (change <= -25).sum(axis=1)
        return (improved >= 3) & (worse <= 2) & ~(change["mmt"] <= -25)

    return table.groupby("participant", observed=True)[["visit", "measure", "value"]].apply(judged)


def _changed(table: Any) -> Any:
    base = table.loc[table["visit"] == 0, ["participant", "measure", "value"]].rename(columns={"value": "base"})
    now = table.loc[table["visit"] > 0].merge(base, on=["participant", "measure"], how="left")
    sign = np.where(now["measure"] == "mmt", 1.0, -1.0)
    now["gain"] = (now["value"] - now["base"]) * sign
    return now


def pandas_long_doi(table: Any) -> Any:
    now = _changed(table)
    change = now["gain"] / now["base"] * 100
    now["improved"] = change >= 20
    now["worse"] = change <= -25
    now["veto"] = now["worse"] & (now["measure"] == "mmt")
    found = now.groupby(["participant", "visit"])[["improved", "worse", "veto"]].sum()
    return (found["improved"] >= 3) & (found["worse"] <= 2) & (found["veto"] == 0)


def pandas_long_tis(table: Any) -> Any:
    now = _changed(table)
    length = now["measure"].map({**RANGES, "enz": 3000.0}).astype(float)
    percent = now["gain"] / length * 100
    points = np.zeros(len(now))
    for m in MEASURES:
        here = (now["measure"] == m).to_numpy()
        level = np.searchsorted(np.array(EDGES[m], float), percent[here].fillna(-1), side="left")
        points[here] = np.array(POINTS[m], float)[level]
    now["points"] = points
    return now.groupby(["participant", "visit"])["points"].sum() >= 20


def polars_long_doi(table: pl.DataFrame) -> pl.DataFrame:
    base = table.filter(pl.col("visit") == 0).select("participant", "measure", base=pl.col("value"))
    now = table.filter(pl.col("visit") > 0).join(base, on=["participant", "measure"], how="left")
    sign = pl.when(pl.col("measure") == "mmt").then(1.0).otherwise(-1.0)
    change = (pl.col("value") - pl.col("base")) * sign / pl.col("base") * 100
    improved, worse = (change >= 20) & change.is_not_nan(), change <= -25
    found = (
        now.with_columns(improved=improved, worse=worse, veto=worse & (pl.col("measure") == "mmt"))
        .group_by("participant", "visit")
        .agg(pl.col("improved", "worse", "veto").sum())
    )
    return found.select((pl.col("improved") >= 3) & (pl.col("worse") <= 2) & (pl.col("veto") == 0))


def _kernels() -> tuple[Any, Any]:
    if not _COMPILED:
        _COMPILED.extend(_compile())
    return _COMPILED[0], _COMPILED[1]


_COMPILED: list[Any] = []


def _compile() -> list[Any]:
    import numba

    @numba.njit(parallel=True, fastmath=False)
    def doi(b0, f0, b1, f1, b2, f2, b3, f3, b4, f4, b5, f5, out):  # type: ignore[no-untyped-def]
        for i in numba.prange(out.shape[0]):
            better = worse = gone = 0
            veto = False
            for b, f, sign in (
                (b0[i], f0[i], -1.0), (b1[i], f1[i], -1.0), (b2[i], f2[i], 1.0),
                (b3[i], f3[i], -1.0), (b4[i], f4[i], -1.0), (b5[i], f5[i], -1.0),
            ):  # fmt: skip
                change = (f - b) * sign
                better += change >= 0.2 * b and change > 0
                bad = change <= -0.25 * b and change < 0
                worse += bad
                gone += change != change
                veto |= bad and sign > 0
            if better >= 3 and worse <= 2 and not veto:
                out[i] = 1 if gone == 0 or worse + gone <= 2 else 2
            elif better + gone < 3 or worse > 2 or veto:
                out[i] = 0
            else:
                out[i] = 2

    @numba.njit(parallel=True, fastmath=False)
    def tis(b0, f0, b1, f1, b2, f2, b3, f3, b4, f4, b5, f5, r4, ranges, edges, points, out):  # type: ignore[no-untyped-def]
        for i in numba.prange(out.shape[0]):
            lower = upper = 0.0
            for place, (b, f, sign) in enumerate((
                (b0[i], f0[i], -1.0), (b1[i], f1[i], -1.0), (b2[i], f2[i], 1.0),
                (b3[i], f3[i], -1.0), (b4[i], f4[i], -1.0), (b5[i], f5[i], -1.0),
            )):  # fmt: skip
                length = r4[i] if place == 4 else ranges[place]
                percent = (f - b) * sign / length * 100
                if percent != percent:
                    upper += points[place, 4]
                else:
                    level = 0
                    for k in range(4):
                        level += percent > edges[place, k]
                    lower += points[place, level]
                    upper += points[place, level]
            out[i] = 1 if lower >= 20 else 0 if upper < 20 else 2

    return [doi, tis]


def _pairs(doubles: Doubles) -> list[NDArray[np.float64]]:
    return [doubles[f"{m}_{part}"] for m in MEASURES for part in "bf"]


def numba_doi(doubles: Doubles, threads: int) -> NDArray[np.int8]:
    """1 responder, 0 none, 2 open, by doubles."""
    import numba

    numba.set_num_threads(threads)
    out = np.empty(len(doubles["phga_b"]), np.int8)
    _kernels()[0](*_pairs(doubles), out)
    return out


def numba_tis(doubles: Doubles, threads: int) -> NDArray[np.int8]:
    import numba

    numba.set_num_threads(threads)
    out = np.empty(len(doubles["phga_b"]), np.int8)
    ranges = np.array([RANGES.get(m, 0.0) for m in MEASURES])
    edges = np.array([EDGES[m] for m in MEASURES], float)
    points = np.array([POINTS[m] for m in MEASURES], float)
    _kernels()[1](*_pairs(doubles), doubles["enz_range"], ranges, edges, points, out)
    return out
