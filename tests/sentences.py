"""A few sentences in six languages, for tokenizers and texts that need no download."""

from types import MappingProxyType

SENTENCES = MappingProxyType(
    {
        "fr": ("La chambre était propre et calme.", "Le repas est arrivé froid, quelle déception."),
        "es": ("El médico escuchó con mucha paciencia.", "La batería duró apenas dos días."),
        "ja": ("部屋はとても静かで清潔でした。", "料理は冷たくて残念でした。"),
        "de": ("Das Zimmer war sauber und ruhig.", "Der Akku hielt leider nur zwei Tage."),
        "en": ("The room was clean and quiet.", "The meal arrived cold, what a pity."),
        "zh": ("房间非常安静,也很干净。", "饭菜送来时是凉的,真遗憾。"),
    }
)
