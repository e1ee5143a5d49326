"""People ask for a human in their own words and languages."""

import pytest

from domain.texts.human import asks_for_human

REQUESTS = [
    "I want to talk to a person",
    "agent please",
    "can I get someone on the phone?",
    "Can somebody please call me?",
    "I need to talk to somebody who can actually decide",
    "pls connect me w/ a human agent",
    "Could I chat with a representative?",
    "Agent!",
    "human",
    "Can I speak with someone from your team?",
    "let me talk to a real human being",
    "I'd like to speak to a manager",
    "please connect me to customer service",
    "transfer me to an agent",
    "Put me through to a supervisor",
    "get me a human now",
    "I need a real person",
    "is there someone I can talk to?",
    "Is there a human here?",
    "You are not helping. Talk to a person please.",
    "This bot is useless, I want an agent",
    "could a human help me with this",
    "hablar con una persona",
    "Quiero hablar con un agente",
    "¿Puedo hablar con alguien?",
    "pásame con un humano por favor",
    "Necesito un asesor",
    "quiero una persona real",
    "agente por favor",
    "Je veux parler à un conseiller",
    "parler avec une vraie personne",
    "un humain svp",
    "Puis-je parler à quelqu'un ?",
    "Puis-je parler à quelqu’un ?",
    "passez-moi un conseiller",
    "mettez-moi en relation avec un agent",
    "Mensch",
    "Mensch bitte",
    "Ich möchte mit einem Menschen sprechen",
    "Kann ich mit einem Mitarbeiter reden?",
    "Verbinden Sie mich mit einem Berater",
    "ich will einen echten Menschen",
    "Ich brauche einen Mitarbeiter",
    "kann ich jemanden sprechen?",
    "Quero falar com uma pessoa",
    "falar com um atendente",
    "atendente por favor",
    "preciso de um humano",
    "me transfere para um atendente",
    "posso falar com alguém?",
    "मुझे इंसान से बात करनी है",
    "एजेंट से बात कराइए",
    "मैं किसी व्यक्ति से बात करना चाहता हूँ",
    "एजेंट",
    "किसी से बात करनी है",
    "kisi insaan se baat karni hai",
    "أريد التحدث مع موظف",
    "موظف",
    "أريد أن أتكلم مع شخص حقيقي",
    "حولني إلى موظف",
    "هل يمكنني التحدث إلى أحد؟",
    "ممكن أكلم موظف خدمة العملاء",
    "أريد موظفا",
]

OTHER_WORDS = [
    "is there a person at the door who must sign?",
    "What does an agent earn?",
    "Can someone else pick up my parcel?",
    "The courier will call someone on the phone",
    "Can I send a person a gift?",
    "Is there an agent fee for customs?",
    "Do I have to talk to a person to change the address?",
    "I don't want to talk to a person",
    "Does a person have to be at home?",
    "Can the driver talk to the recipient?",
    "Can the parcel be handed over to a neighbour or another person?",
    "Can you transfer the parcel to another person?",
    "The customer can talk to an agent at the counter",
    "How much is express delivery?",
    "are you human?",
    "Are you a real person?",
    "How do I become an agent?",
    "Is the human resources department open?",
    "what is your customer service phone number?",
    "I need a person to sign for the parcel",
    "Who is the manager of the depot?",
    "Where is my package?",
    "thanks",
    "¿Puede recibirlo otra persona?",
    "No quiero hablar con una persona",
    "¿Tengo que hablar con un agente para cambiar la dirección?",
    "¿Cuánto cuesta el envío por persona?",
    "Une autre personne peut-elle recevoir le colis ?",
    "Je ne veux pas parler à un conseiller",
    "Dois-je parler à un agent pour modifier l'adresse ?",
    "Kann eine andere Person das Paket annehmen?",
    "Ich möchte nicht mit einem Menschen sprechen",
    "Muss ich mit einem Mitarbeiter sprechen, um die Adresse zu ändern?",
    "Wie viele Mitarbeiter haben Sie?",
    "Outra pessoa pode receber a encomenda?",
    "Não quero falar com um atendente",
    "Quanto custa o envio por pessoa?",
    "क्या कोई और व्यक्ति पार्सल ले सकता है?",
    "मुझे किसी से बात नहीं करनी",
    "डिलीवरी का शुल्क कितना है?",
    "هل يمكن لشخص آخر استلام الطرد؟",
    "لا أريد التحدث مع موظف",
    "كم تكلفة التوصيل؟",
    "هل يجب أن أتحدث مع موظف لتغيير العنوان؟",
    "Where can I talk about prices with you?",
    "Can I pass the delivery code to someone else?",
    "Kann ich die Sendung an jemanden weitergeben?",
    "My son talked to someone yesterday and the parcel still is not here",
    "I spoke to an agent yesterday, what is the reference number?",
]


@pytest.mark.trap(26)
@pytest.mark.parametrize("text", REQUESTS)
def test_a_typed_request_for_a_human_is_understood(text: str) -> None:
    assert asks_for_human(text)


@pytest.mark.parametrize("text", OTHER_WORDS)
def test_other_words_about_people_are_not_taken_for_a_request(text: str) -> None:
    assert not asks_for_human(text)


def test_a_request_after_another_sentence_is_understood() -> None:
    assert asks_for_human("I don't want your excuses. Let me talk to a person!")
    assert asks_for_human("HABLAR CON UNA PERSONA")
    assert asks_for_human("  parler\tà un conseiller ")


def test_a_huge_message_is_read_only_at_its_beginning() -> None:
    assert asks_for_human("Talk to a person. " + "x" * 1_000_000)
    assert not asks_for_human("x " * 500_000 + ". Talk to a person")
