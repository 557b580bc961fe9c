"""The ways into the demo, one or two for each role, all with addresses that cannot receive mail."""

from .shapes import DemoSignIn

SIGN_INS = (
    DemoSignIn(
        "administrator",
        "Administración del portal (muestra)",
        "administracion@muestra.example",
        "Todo el portal: personas, complementos, diagnóstico y registro.",
    ),
    DemoSignIn(
        "coordinator",
        "Coordinación regional (muestra)",
        "coordinacion@muestra.example",
        "La agenda completa, las invitaciones, el tablero y la firma por la Mesa.",
    ),
    DemoSignIn(
        "staff",
        "Equipo técnico de la Mesa (muestra)",
        "equipo@muestra.example",
        "El borrador de la agenda, las organizaciones y las respuestas a consultas.",
    ),
    DemoSignIn(
        "representative",
        "Persona de muestra 19",
        "persona19@muestra.example",
        "Una revisión empezada: posturas por completar y una consulta sin respuesta.",
        organisation="tankar",
    ),
    DemoSignIn(
        "representative",
        "Persona de muestra 10",
        "persona10@muestra.example",
        "Una revisión terminada y un compromiso listo para firmar.",
        organisation="pisonay",
    ),
    DemoSignIn(
        "delegate",
        "Delegación de la dimensión ambiental (muestra)",
        "delegacion.ambiental@muestra.example",
        "Los puntos de la dimensión ambiental.",
        dimension="ambiental",
    ),
    DemoSignIn(
        "witness",
        "Testigo del acto (muestra)",
        "testigo@muestra.example",
        "La firma como testigo.",
    ),
    DemoSignIn(
        "reader",
        "Lectura interna (muestra)",
        "lectura@muestra.example",
        "Lo que ve quien acompaña sin editar.",
    ),
)
