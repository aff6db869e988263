"""Do columns stand for their values?"""

import pytest

from admin.charts import HEIGHT, WIDTH, stack


def test_heights_are_in_proportion() -> None:
    small, large = stack([[30, 90]]).parts
    assert large.height == pytest.approx(3 * small.height, abs=0.2)


def test_series_stand_on_one_another() -> None:
    lower, upper = stack([[10], [20]]).parts
    assert (lower.series, upper.series) == (0, 1)
    assert upper.y + upper.height == pytest.approx(lower.y, abs=0.2)


def test_lines_are_round_few_and_reach_the_top() -> None:
    chart = stack([[7 * 60, 463 * 60]], unit=60)
    values = [value for value, _ in chart.lines]
    assert values == [0, 6_000, 12_000, 18_000, 24_000, 30_000]
    assert min(part.y for part in chart.parts) >= chart.lines[-1][1]


def test_what_is_nothing_has_no_part() -> None:
    assert [part.column for part in stack([[0, 5, 0]]).parts] == [1]


def test_many_columns_have_few_labels_and_the_last_has_one() -> None:
    chart = stack([list(range(60))])
    assert len(chart.labels) <= 12
    assert chart.labels[-1][0] == 59


@pytest.mark.parametrize("series", [[], [[]], [[0, 0]]])
def test_nothing_is_drawn_of_nothing(series: list[list[int]]) -> None:
    assert stack(series).parts == []


def test_all_parts_are_inside_the_picture() -> None:
    for part in stack([[1, 2, 3], [3, 2, 1]]).parts:
        assert 0 <= part.x <= part.x + part.width <= WIDTH
        assert 0 <= part.y <= part.y + part.height <= HEIGHT
