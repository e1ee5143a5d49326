"""The models that all companies share: loaded once, run in one small pool of threads."""

from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

from brain.batching import BatchedEncoder
from brain.emotion import load_emotion_reader
from brain.emotion_labels import UnmappedLabels
from brain.extractive import ExtractiveResponder
from brain.gemini import API, GeminiClient
from brain.language import Languages
from brain.models import load_encoder
from brain.outspoken import Outspoken
from brain.ports import EmotionReader, Responder
from brain.translation import ModelTranslator
from brain.usage import Prices
from brain.writing import ModelResponder
from domain.errors import Misconfigured
from settings import Settings

PROGRAM = Path(__file__).parent.parent
EMOTION = PROGRAM / "models" / "emotion"


class Models:
    """Encoder, emotion, languages and the responder. Loading takes about half a second."""

    def __init__(self, settings: Settings, *, responder: Responder | None = None) -> None:
        models = settings.models
        wait = models.batch_wait_ms / 1000
        # One thread feeds each model; the models use `threads` of the processor themselves.
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="models")
        encoder = load_encoder(models.encoder, cache_dir=PROGRAM / models.cache_dir, threads=models.threads)
        self.encoder = BatchedEncoder(encoder, executor=self._pool, wait=wait)
        self.emotions: EmotionReader = Outspoken(emotion_reader(settings, self._pool))
        self.languages = Languages()
        self.fallback: Responder = ExtractiveResponder()
        self.gemini = gemini(settings)
        written = ModelResponder(model=self.gemini) if self.gemini else self.fallback
        self.responder: Responder = responder or written
        self.translator = ModelTranslator(model=self.gemini) if self.gemini else None

    async def close(self) -> None:
        """End the threads and the connection to the language model."""
        if self.gemini:
            await self.gemini.close()
        self._pool.shutdown(wait=False, cancel_futures=True)


def emotion_reader(settings: Settings, executor: Executor) -> EmotionReader:
    """The configured emotion model. Raises Misconfigured, naming the option to set."""
    models = settings.models
    try:
        return load_emotion_reader(
            models.emotion,
            folder=EMOTION,
            threads=models.threads,
            executor=executor,
            labels=models.emotion_labels,
            wait=models.batch_wait_ms / 1000,
        )
    except UnmappedLabels as error:
        raise Misconfigured(f"{error} Map them in config.toml, option models.emotion_labels.") from error


def gemini(settings: Settings) -> GeminiClient | None:
    """Gemini, where there is a key."""
    section = settings.gemini
    key = settings.secret(section.api_key_env)
    if not key:
        return None
    return GeminiClient(
        api_key=key,
        model=section.model,
        base_url=section.base_url or API,
        api_version=section.api_version,
        timeout=section.timeout_seconds,
        attempts=section.attempts,
        deadline=section.deadline_seconds,
        prices=Prices(prompt=section.usd_per_million_prompt, answer=section.usd_per_million_answer),
    )
