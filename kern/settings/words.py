"""Words that mean the same where people talk about their town: the default of the setting.

Written by us for participation in German towns; a town changes them as it likes.
"""

SYNONYMS = """\
Auto, Pkw, Kfz
Lkw, Lastwagen, Laster, Lastkraftwagen
Fahrrad, Rad
Radweg, Fahrradweg
Radfahrer, Fahrradfahrer, Radler
Radständer, Fahrradständer, Fahrradbügel
Gehweg, Bürgersteig, Gehsteig, Fußweg
Zebrastreifen, Fußgängerüberweg
Kreisverkehr, Kreisel
Ampel, Lichtsignalanlage
Tempolimit, Geschwindigkeitsbegrenzung
Parkplatz, Stellplatz
Nahverkehr, ÖPNV, Öffis
ÖPNV > Bus, Bahn, Straßenbahn
Bus > ÖPNV, Nahverkehr, Öffis
Straßenbahn, Tram
Müll, Abfall
Mülleimer, Abfalleimer, Papierkorb
Kita, Kindergarten, Kindertagesstätte
Spielplatz, Spielfläche
Jugendzentrum, Jugendtreff, Jugendhaus
Schwimmbad, Freibad, Hallenbad
Sporthalle, Turnhalle
Bücherei, Bibliothek
Krankenhaus, Klinik
Gaststätte, Restaurant, Kneipe
Toilette, WC, Klo
Rathaus, Stadtverwaltung, Gemeindeverwaltung
Umfrage, Befragung
Kosten, Ausgaben
kostenlos, gratis, kostenfrei
barrierefrei, behindertengerecht, rollstuhlgerecht
Senioren, Rentner
Geflüchtete, Flüchtlinge, Asylbewerber
Photovoltaik, PV, Solarstrom, Solaranlage
Handy, Smartphone, Mobiltelefon
Laterne, Straßenlampe, Straßenbeleuchtung
Sanierung, Renovierung
Lärm, Krach
Baustelle, Bauarbeiten
Hochwasser, Überschwemmung"""
