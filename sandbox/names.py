"""Words from which demo relations are put together; every combination is made up."""


def _words(text: str) -> list[str]:
    """Split a text into its words."""
    return text.split()


SURNAMES = _words(
    """
    Aalders Bakker Bos Bosch Brouwer Dekker Dijkstra Hendriks Hoekstra Hofman Huisman Jacobs Jansen Janssen
    Kok Koster Kramer Kuipers Meijer Mulder Peters Postma Prins Scholten Schouten Smit Smits Timmer Verbeek
    Vermeulen Visser Vos Willems Wolters Zandstra Zijlstra Blom Boersma Driessen Evers Gerritsen Groen
    Hermans Koning Kuiper Maas Martens Molenaar Poort Rietveld Sanders Stam Terpstra Veenstra Wiersma Zwart
    """
)
PREFIXES = ("", "", "", "van", "de", "van der", "van den", "ten")
MALE = _words(
    """
    Bram Daan Finn Gijs Hugo Jan Jasper Koen Lars Luuk Maarten Niels Pieter Ruben Sem Thijs Wouter Youssef
    """
)
FEMALE = _words(
    """
    Anna Eva Fatima Femke Hanna Iris Julia Lotte Maria Noor Olivia Roos Sanne Sofie Tess Vera Willemijn
    """
)
TRADES = _words(
    """
    Advies Administratie Architecten Bakkerij Beheer Bouw Catering Coaching Communicatie Consultancy Design
    Drukkerij Elektro Fietsen Fotografie Grondwerken Groothandel Holding Hoveniers Installatie Interieur
    Juristen Kantoormeubelen Keukens Landbouw Logistiek Makelaardij Media Metaal Montage Notariaat Optiek
    Projecten Schilders Software Techniek Textiel Transport Tuinen Verhuur Vastgoed Webwinkel Zorg Zuivel
    """
)
TOWNS = _words(
    """
    Alkmaar Almelo Amersfoort Apeldoorn Arnhem Assen Breda Delft Deventer Dordrecht Eindhoven Emmen Enschede
    Goes Gouda Haarlem Harderwijk Heerlen Helmond Hengelo Hilversum Hoorn Leeuwarden Leiden Lelystad
    Maastricht Middelburg Nijmegen Oss Roermond Sneek Tiel Tilburg Utrecht Venlo Vlissingen Weert Zaandam
    Zeist Zwolle
    """
)
STREETS = _words(
    """
    Kade Molenweg Dorpsstraat Kerkplein Stationsweg Industrieweg Lindelaan Beukenlaan Havenstraat Marktplein
    Nieuwstraat Parklaan Schoolstraat Singel Tuinstraat Vaartweg Waterstraat Zandpad Ambachtsweg Energieweg
    """
)
FORMS = ("B.V.", "B.V.", "B.V.", "N.V.", "V.O.F.", "Eenmanszaak")
