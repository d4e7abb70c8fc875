"""The countries that SnelStart knows, with two- and three-letter codes."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

_TABLE = """
AD AND Andorra|AE ARE Verenigde Arabische Emiraten|AF AFG Afghanistan|AG ATG Antigua en Barbuda
AI AIA Anguilla|AL ALB Albanië|AM ARM Armenië|AO AGO Angola|AQ ATA Antarctica|AR ARG Argentinië
AS ASM Amerikaans-Samoa|AT AUT Oostenrijk|AU AUS Australië|AW ABW Aruba|AX ALA Åland|AZ AZE Azerbeidzjan
BA BIH Bosnië en Herzegovina|BB BRB Barbados|BD BGD Bangladesh|BE BEL België|BF BFA Burkina Faso
BG BGR Bulgarije|BH BHR Bahrein|BI BDI Burundi|BJ BEN Benin|BL BLM Saint-Barthélemy|BM BMU Bermuda
BN BRN Brunei|BO BOL Bolivia|BQ BES Caribisch Nederland|BR BRA Brazilië|BS BHS Bahama's|BT BTN Bhutan
BV BVT Bouveteiland|BW BWA Botswana|BY BLR Wit-Rusland|BZ BLZ Belize|CA CAN Canada|CC CCK Cocoseilanden
CD COD Congo-Kinshasa|CF CAF Centraal-Afrikaanse Republiek|CG COG Congo-Brazzaville|CH CHE Zwitserland
CI CIV Ivoorkust|CK COK Cookeilanden|CL CHL Chili|CM CMR Kameroen|CN CHN China|CO COL Colombia
CR CRI Costa Rica|CU CUB Cuba|CV CPV Kaapverdië|CW CUW Curaçao|CX CXR Christmaseiland|CY CYP Cyprus
CZ CZE Tsjechië|DE DEU Duitsland|DJ DJI Djibouti|DK DNK Denemarken|DM DMA Dominica
DO DOM Dominicaanse Republiek|DZ DZA Algerije|EC ECU Ecuador|EE EST Estland|EG EGY Egypte
EH ESH Westelijke Sahara|ER ERI Eritrea|ES ESP Spanje|ET ETH Ethiopië|FI FIN Finland|FJ FJI Fiji
FK FLK Falklandeilanden|FM FSM Micronesia|FO FRO Faeröer|FR FRA Frankrijk|GA GAB Gabon
GB GBR Verenigd Koninkrijk|GD GRD Grenada|GE GEO Georgië|GF GUF Frans-Guyana|GG GGY Guernsey|GH GHA Ghana
GI GIB Gibraltar|GL GRL Groenland|GM GMB Gambia|GN GIN Guinee|GP GLP Guadeloupe|GQ GNQ Equatoriaal-Guinea
GR GRC Griekenland|GS SGS Zuid-Georgia en de Zuidelijke Sandwicheilanden|GT GTM Guatemala|GU GUM Guam
GW GNB Guinee-Bissau|GY GUY Guyana|HK HKG Hongkong|HM HMD Heard en McDonaldeilanden|HN HND Honduras
HR HRV Kroatië|HT HTI Haïti|HU HUN Hongarije|ID IDN Indonesië|IE IRL Ierland|IL ISR Israël
IM IMN Isle of Man|IN IND India|IO IOT Brits Indische Oceaanterritorium|IQ IRQ Irak|IR IRN Iran
IS ISL IJsland|IT ITA Italië|JE JEY Jersey|JM JAM Jamaica|JO JOR Jordanië|JP JPN Japan|KE KEN Kenia
KG KGZ Kirgizië|KH KHM Cambodja|KI KIR Kiribati|KM COM Comoren|KN KNA Saint Kitts en Nevis
KP PRK Noord-Korea|KR KOR Zuid-Korea|KW KWT Koeweit|KY CYM Kaaimaneilanden|KZ KAZ Kazachstan|LA LAO Laos
LB LBN Libanon|LC LCA Saint Lucia|LI LIE Liechtenstein|LK LKA Sri Lanka|LR LBR Liberia|LS LSO Lesotho
LT LTU Litouwen|LU LUX Luxemburg|LV LVA Letland|LY LBY Libië|MA MAR Marokko|MC MCO Monaco|MD MDA Moldavië
ME MNE Montenegro|MF MAF Saint-Martin|MG MDG Madagaskar|MH MHL Marshalleilanden|MK MKD Noord-Macedonië
ML MLI Mali|MM MMR Myanmar|MN MNG Mongolië|MO MAC Macau|MP MNP Noordelijke Marianen|MQ MTQ Martinique
MR MRT Mauritanië|MS MSR Montserrat|MT MLT Malta|MU MUS Mauritius|MV MDV Maldiven|MW MWI Malawi
MX MEX Mexico|MY MYS Maleisië|MZ MOZ Mozambique|NA NAM Namibië|NC NCL Nieuw-Caledonië|NE NER Niger
NF NFK Norfolk|NG NGA Nigeria|NI NIC Nicaragua|NL NLD Nederland|NO NOR Noorwegen|NP NPL Nepal|NR NRU Nauru
NU NIU Niue|NZ NZL Nieuw-Zeeland|OM OMN Oman|PA PAN Panama|PE PER Peru|PF PYF Frans-Polynesië
PG PNG Papoea-Nieuw-Guinea|PH PHL Filipijnen|PK PAK Pakistan|PL POL Polen|PM SPM Saint-Pierre en Miquelon
PN PCN Pitcairneilanden|PR PRI Puerto Rico|PS PSE Palestina|PT PRT Portugal|PW PLW Palau|PY PRY Paraguay
QA QAT Qatar|RE REU Réunion|RO ROU Roemenië|RS SRB Servië|RU RUS Rusland|RW RWA Rwanda|SA SAU Saoedi-Arabië
SB SLB Salomonseilanden|SC SYC Seychellen|SD SDN Soedan|SE SWE Zweden|SG SGP Singapore|SH SHN Sint-Helena
SI SVN Slovenië|SJ SJM Spitsbergen en Jan Mayen|SK SVK Slowakije|SL SLE Sierra Leone|SM SMR San Marino
SN SEN Senegal|SO SOM Somalië|SR SUR Suriname|SS SSD Zuid-Soedan|ST STP Sao Tomé en Principe
SV SLV El Salvador|SX SXM Sint Maarten|SY SYR Syrië|SZ SWZ Swaziland|TC TCA Turks- en Caicoseilanden
TD TCD Tsjaad|TF ATF Franse Zuidelijke Gebieden|TG TGO Togo|TH THA Thailand|TJ TJK Tadzjikistan
TK TKL Tokelau|TL TLS Oost-Timor|TM TKM Turkmenistan|TN TUN Tunesië|TO TON Tonga|TR TUR Turkije
TT TTO Trinidad en Tobago|TV TUV Tuvalu|TW TWN Taiwan|TZ TZA Tanzania|UA UKR Oekraïne|UG UGA Oeganda
UM UMI Kleine afgelegen eilanden van de Verenigde Staten|US USA Verenigde Staten|UY URY Uruguay
UZ UZB Oezbekistan|VA VAT Vaticaanstad|VC VCT Saint Vincent en de Grenadines|VE VEN Venezuela
VG VGB Britse Maagdeneilanden|VI VIR Amerikaanse Maagdeneilanden|VN VNM Vietnam|VU VUT Vanuatu
WF WLF Wallis en Futuna|WS WSM Samoa|XK XKX Kosovo|YE YEM Jemen|YT MYT Mayotte|ZA ZAF Zuid-Afrika
ZM ZMB Zambia|ZW ZWE Zimbabwe
"""


def fixed_id(kind: str, key: object) -> str:
    """Return an id that is the same in every run, so that records can be told apart by eye."""
    return str(uuid5(NAMESPACE_URL, f"boekbrug-sandbox/{kind}/{key}"))


def _land(line: str) -> dict[str, Any]:
    landcode, iso, naam = line.split(" ", 2)
    key = fixed_id("land", landcode)
    return {"naam": naam, "landcodeISO": iso, "landcode": landcode, "id": key, "uri": f"/landen/{key}"}


#: Every country by id, in the order of its code.
LANDEN = {land["id"]: land for land in map(_land, _TABLE.strip().replace("\n", "|").split("|"))}
NEDERLAND = fixed_id("land", "NL")
#: VAT prefixes follow the country code, save for Greece.
VAT_PREFIX = {key: "EL" if land["landcode"] == "GR" else land["landcode"] for key, land in LANDEN.items()}
