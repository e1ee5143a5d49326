"""Probabilities that mean what they say, and figures that agree with scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, recall_score

from brain.emotion_calibration import Calibration, Floor, calibration_error, fit, macro_f1, recalls, softmax
from brain.emotion_labels import LABELS

NEUTRAL, ANGER = LABELS.index("neutral"), LABELS.index("anger")


def overconfident(count: int = 1500, shift: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities whose logits are twice too large, with anger always rated too low."""
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 1.5, (count, len(LABELS))).astype(np.float32)
    truth = np.array([rng.choice(len(LABELS), p=row / row.sum()) for row in softmax(logits).astype(float)])
    logits[:, ANGER] -= shift
    return softmax(2 * logits), truth


def test_fitting_lowers_the_calibration_error() -> None:
    raw, truth = overconfident()
    fitted = fit(raw, truth, Floor(accuracy=0.0, anger_recall=0.0))
    before, after = calibration_error(raw, truth), calibration_error(fitted.apply(raw), truth)
    assert before > 0.1
    assert after < 0.05
    assert fitted.temperature > 1.3


def test_fitting_finds_more_of_a_label_that_is_rated_too_low() -> None:
    raw, truth = overconfident()
    fitted = fit(raw, truth, Floor(accuracy=0.0, anger_recall=0.0))
    before, after = (recalls(scores.argmax(axis=1), truth)[ANGER] for scores in (raw, fitted.apply(raw)))
    assert after > before + 0.1


def test_a_floor_on_anger_is_kept_where_it_can_be() -> None:
    raw, truth = overconfident(shift=0.4)
    free = fit(raw, truth, Floor(accuracy=0.0, anger_recall=0.0)).apply(raw)
    wanted = float(recalls(free.argmax(axis=1), truth)[ANGER]) + 0.1
    floored = fit(raw, truth, Floor(accuracy=0.0, anger_recall=wanted)).apply(raw)
    assert recalls(floored.argmax(axis=1), truth)[ANGER] >= wanted


def test_a_calibration_survives_its_config() -> None:
    kept = Calibration(temperature=1.25, bias=(0.5, 0.0, -0.25, 0.0, 0.0, 0.125, 0.0))
    assert Calibration.from_config(kept.as_config()) == kept
    assert Calibration.from_config({}) == Calibration()


def test_no_calibration_changes_nothing() -> None:
    raw, _ = overconfident(50)
    np.testing.assert_allclose(Calibration().apply(raw), raw, atol=1e-5)


def test_certain_and_always_right_is_perfectly_calibrated() -> None:
    scores = np.eye(7, dtype=np.float32)
    assert calibration_error(scores, np.arange(7)) == 0.0
    assert calibration_error(scores, (np.arange(7) + 1) % 7) == 1.0


def test_macro_f1_and_recalls_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(2)
    truth, predicted = rng.integers(0, 6, 500), rng.integers(0, 6, 500)
    assert macro_f1(predicted, truth) == pytest.approx(f1_score(truth, predicted, average="macro"))
    expected = recall_score(truth, predicted, average=None, labels=range(6))
    np.testing.assert_allclose(recalls(predicted, truth)[:6], expected, atol=1e-6)


def test_calm_questions_stay_neutral_even_where_that_costs_anger() -> None:
    raw, truth = overconfident()
    rng = np.random.default_rng(4)
    logits = rng.normal(0, 0.3, (400, len(LABELS))).astype(np.float32)
    logits[:, NEUTRAL] += 1.0
    calm = softmax(logits)
    free = fit(raw, truth, Floor(accuracy=0.0, anger_recall=0.0))
    bound = fit(raw, truth, Floor(accuracy=0.0, anger_recall=0.0, calm=0.95), calm)
    shares = [float((each.apply(calm).argmax(axis=1) == NEUTRAL).mean()) for each in (free, bound)]
    assert shares[0] < 0.95 <= shares[1]
