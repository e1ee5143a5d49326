"""Language, emotion, retrieval and prompt as LangChain assembles them. Run by `bench.pipeline`."""

from time import perf_counter

BEGAN = perf_counter()

import asyncio
import tempfile
from typing import Any

from driver import Answer, Said, asked, main  # type: ignore[import-not-found]
from langchain_chroma import Chroma
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnableParallel
from langchain_huggingface import HuggingFaceEmbeddings
from lingua import IsoCode639_1, LanguageDetectorBuilder
from transformers import pipeline

PROMPT = ChatPromptTemplate.from_messages(
    [
        (
            "system",
            "Answer in {language}. The customer feels {emotion}. Use only these passages:\n{passages}",
        ),
        ("human", "{history}\n\n{question}"),
    ]
)


async def make(task: dict[str, Any]) -> Answer:
    """The chain over the task's passages."""
    embeddings = HuggingFaceEmbeddings(
        model_name=task["encoder"], encode_kwargs={"normalize_embeddings": True}
    )
    folder = tempfile.mkdtemp()
    store = await asyncio.to_thread(Chroma.from_texts, task["passages"], embeddings, persist_directory=folder)
    retriever = store.as_retriever(search_kwargs={"k": task["limit"]})
    feelings = pipeline("text-classification", model=task["emotion"], top_k=None)
    codes = [getattr(IsoCode639_1, code.upper()) for code in task["languages"]]
    detector = LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()

    def language(given: dict[str, Any]) -> str:
        return str(detector.detect_language_of(given["question"]))

    def emotion(given: dict[str, Any]) -> str:
        return str(feelings(given["question"], truncation=True)[0][0]["label"])

    def passages(found: list[Any]) -> str:
        return "\n\n".join(each.page_content for each in found)

    chain = (
        RunnableParallel(
            language=RunnableLambda(language),
            emotion=RunnableLambda(emotion),
            passages=RunnableLambda(lambda given: given["search"]) | retriever | passages,
            question=RunnableLambda(lambda given: given["question"]),
            history=RunnableLambda(lambda given: given["history"]),
        )
        | PROMPT
    )

    async def answer(question: str, history: Said) -> str:
        lines = "\n".join(f"{author}: {text}" for author, text in history)
        given = {"question": question, "history": lines, "search": asked(question, history)}
        return str((await chain.ainvoke(given)).to_string())

    return answer


if __name__ == "__main__":
    main(make, BEGAN)
