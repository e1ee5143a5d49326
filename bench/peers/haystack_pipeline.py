"""Language, emotion, retrieval and prompt as Haystack assembles them. Run by `bench.pipeline`."""

from time import perf_counter

BEGAN = perf_counter()

import asyncio
import tempfile
from typing import Any

from driver import Answer, Said, asked, main  # type: ignore[import-not-found]
from haystack import Document, Pipeline, component
from haystack.components.builders import PromptBuilder
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack_integrations.components.retrievers.chroma import ChromaEmbeddingRetriever
from haystack_integrations.document_stores.chroma import ChromaDocumentStore
from lingua import IsoCode639_1, LanguageDetectorBuilder
from transformers import pipeline

PROMPT = """Answer in {{ language }}. The customer feels {{ emotion }}. Use only these passages:
{% for document in documents %}{{ document.content }}

{% endfor %}{{ history }}

{{ question }}"""


@component
class Language:
    """lingua over seven languages."""

    def __init__(self, codes: list[str]) -> None:
        isos = [getattr(IsoCode639_1, code.upper()) for code in codes]
        self._detector = LanguageDetectorBuilder.from_iso_codes_639_1(*isos).with_low_accuracy_mode().build()

    @component.output_types(language=str)
    def run(self, text: str) -> dict[str, str]:
        """The text's language."""
        return {"language": str(self._detector.detect_language_of(text))}


@component
class Feeling:
    """A transformers pipeline."""

    def __init__(self, model: str) -> None:
        self._pipeline = pipeline("text-classification", model=model, top_k=None)

    @component.output_types(emotion=str)
    def run(self, text: str) -> dict[str, str]:
        """The text's likeliest emotion."""
        return {"emotion": str(self._pipeline(text, truncation=True)[0][0]["label"])}


async def make(task: dict[str, Any]) -> Answer:
    """The pipeline over the task's passages."""
    store = ChromaDocumentStore(persist_path=tempfile.mkdtemp(), distance_function="cosine")
    embedder = SentenceTransformersDocumentEmbedder(
        model=task["encoder"], normalize_embeddings=True, progress_bar=False
    )
    embedder.warm_up()
    documents = [Document(id=str(number), content=text) for number, text in enumerate(task["passages"])]
    store.write_documents(embedder.run(documents=documents)["documents"])
    steps = Pipeline()
    steps.add_component("language", Language(task["languages"]))
    steps.add_component("feeling", Feeling(task["emotion"]))
    steps.add_component(
        "embedder",
        SentenceTransformersTextEmbedder(
            model=task["encoder"], normalize_embeddings=True, progress_bar=False
        ),
    )
    steps.add_component("retriever", ChromaEmbeddingRetriever(store, top_k=task["limit"]))
    steps.add_component("prompt", PromptBuilder(PROMPT, required_variables="*"))
    steps.connect("embedder.embedding", "retriever.query_embedding")
    steps.connect("retriever.documents", "prompt.documents")
    steps.connect("language.language", "prompt.language")
    steps.connect("feeling.emotion", "prompt.emotion")
    await asyncio.to_thread(steps.warm_up)

    async def answer(question: str, history: Said) -> str:
        lines = "\n".join(f"{author}: {text}" for author, text in history)
        given = {
            "language": {"text": question},
            "feeling": {"text": question},
            "embedder": {"text": asked(question, history)},
            "prompt": {"history": lines, "question": question},
        }
        # Its own run_async needs a Chroma server.
        return str((await asyncio.to_thread(steps.run, given))["prompt"]["prompt"])

    return answer


if __name__ == "__main__":
    main(make, BEGAN)
