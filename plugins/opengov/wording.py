"""The words of the 18 commitments of Peru's III open-government action plan: number, title, text; quoted, not edited.

The original's spelling is kept, slips included ("informacióon", "ala futura"); only runs of spaces became one space.
"""

WORDING = {
    1: (
        "Foros Multiactor en sectores prioritarios y compromisos de gobierno abierto",
        (
            "La Secretaría de Gestión Pública promoverá la implementación de foros multiactor en los "
            "sectores prioritarios y de acuerdo a los compromisos contemplados en el III plan de acción "
            "nacional de Gobierno Abierto. La propuesta será puesta a consulta pública para recibir aportes"
            " que permitan efectuar mejoras. Se implementará a modo de piloto en los sectores interesados, "
            "teniendo en cuenta los compromisos de gobierno abierto."
        ),
    ),
    2: (
        ("Acceso a la Información ambiental y mejoramiento de los mecanismos de transparencia de información ambiental"),
        (
            "Crear las condiciones que permitan incrementar la provisión y el uso de informacióon ambiental"
            " a través de las plataformas creadas por el Sector Ambiental, que servirán como canales que "
            "concentren información relevante para la ciudadanía. Específicamente, estas plataformas son "
            "las del Sistema Nacional de Información Ambiental - SINIA, de Información Territorial - "
            "GEOSERVIDOR y del Organismo de Evaluación y Fiscalización Ambiental."
        ),
    ),
    3: (
        (
            "Fortalecimiento de espacios que congreguen al sector público, privado y sociedad civil para la"
            " concertación de propuestas de diseño, implementación y seguimiento de las políticas "
            "ambientales regionales y locales"
        ),
        (
            "Generar lineamientos para el adecuado funcionamiento de las CAR Y CAM, así como brindar la "
            "asistencia técnica a ocho CAR y veinte CAM, para la implementación de mejoras que contribuyan "
            "a la gobernanza ambiental."
        ),
    ),
    4: (
        ("Promover el acceso a la información de los recursos públicos vinculados a actividades extractivas en las instancias multinivel"),
        (
            "Promover el acceso a la información de recurso públicos que provienen de las actividades "
            "extractivas (recursos renovables y no renovables) en las instancias multinivel (gobierno "
            "nacional, regional y local. Particularmente en actividades productivas nacionales que poseen "
            "problemática e impacto multidimensional: económica, social y ambiental."
        ),
    ),
    5: (
        (
            "Mejorar las capacidades de los y las docentes en el uso pedagógico de materias educativos EIB "
            "en las diversas lenguas originarias"
        ),
        (
            "Fortalecer las capacidades de los y las docentes en el uso pedagógico de los materiales "
            "educativos en las lenguas originarias de los niños y niñas de pueblos originarios de la "
            "Educación Intercultural Bilingue, con el fin de apoyar los aprendizajes de los estudiantes, "
            "cuyo cumplimiento y ejecución será monitoreado a través de instrumentos elaborados por la "
            "Dirección de Educación Intercultural Bilingue, en la que se permita la participación de los "
            "padres de familias de las comunidades indígenas, lo que nos permitirá reflejar la mejora de "
            "las capacidades de los y las docentes en el uso pedagógico de los materiales educativos EIB."
        ),
    ),
    6: (
        ("Diseño e implementación de un modelo de gestión descentralizada para la diversidad con enfoque territorial"),
        (
            "Diseñar e implementar el modelo de gestión para la diversidad con enfoque territorial que "
            "atienda realidades educativas diversas con pertinencia y articulación intersectorial e "
            "intergubernamental en base a una ruta de construccióon participativa y de consenso con los "
            "actores y actoras locales del ámbito de intervención de las Unidades de Gestión Educativa "
            "Local focalizadas. Por otro lado, este proceso debe ir acompañado del fortalecimiento de las "
            "capacidades de las Direcciones Regionales Educativas y Unidades de Gestión Educativa Local "
            "sobre el uso y beneficios de la información estadística que administra la Educación "
            "Intercultural Bilingue para un mejor ejercicio de sus funciones y generar mayor valor público."
        ),
    ),
    7: (
        ("Consulta Web de información de grados y títulos emitidos por los Institutos de Educación Superior (IES) a nivel nacional"),
        (
            "Publicación en la web de la información referida a los grados y títulos emitidos por las "
            "Instituciones Educativas de Educación Superior (IEST) a nivel nacional y que fueron inscritos "
            "en el MINEDU durante el período comprendido entre los años 2016-2018 a fin de permitir a "
            "cualquier entidad o usuario efectuar la consulta correspondiente."
        ),
    ),
    8: (
        (
            "Promover el mejoramiento de las condiciones en las cuales se prestan los servicios educativos "
            "específicos para la población del ámbito rural, a través de alianzas con la sociedad civil"
        ),
        (
            "Promover de manera progresiva el mejoramiento de las condiciones de funcionamiento de los "
            "servicios educativos FAD que implemente la DISER en los que se refiere a: a) gestionar los "
            "recursos y asegurar una adecuada dotación de enseres y mobiliario de las FAD, a través de "
            "alianzas con la sociedad civil organizada y/o sector privado que permitan mejorar las "
            "condiciones de las áreas de residencia de las FAD Secundaria en Alternancia y Secundaria con "
            "Residencia."
        ),
    ),
    9: (
        (
            "Transporte Urbano de Lima y Callao con espacios participativos y colaborativos que contribuyan"
            " a la Gobernanza y el funcionamiento de la Autoridad de Transporte Urbano"
        ),
        (
            "El Ministerio de Transporte y Comunicaciones promoverá la generación de espacios "
            "participativos y colaborativos que permitan ala futura Autoridad de Transporte Urbano (ATU) "
            "recoger los aportes de las Organizaciones de la Sociedad Civil, Academia, Empresa y "
            "Cooperantes e instituciones públicas para contribuir a la Gobernanza en el Tranporste Urbano y"
            " su funcionamiento. De esta forma se busca crear espacios de discusión y el fortalecimiento de"
            " los instrumentos que permitan crear las condiciones para avanzar en la reforma del transporte"
            " urbano en Lima y Callao, considerando como un factor importante el cambio de patrones de "
            "conducta de los usuarios del transporte que han modelado sistemas ineficientes."
        ),
    ),
    10: (
        ("Planes de Transporte Urbano de principales ciudades del país elaborados e implementados con la participación de la ciudadanía"),
        (
            "El Ministerio de Transporte y Comunicaciones promoverá la participación en la elaboración y "
            "seguimiento de los planes de transporte urbano en las principales ciudades del país. Los "
            "aportes de las Organizaciones de la Sociedad Civil, Academia Empresa y Cooperantes e "
            "instituciones públicas servirán para contribuir a los procesos de formulación e implementación"
            " de los Planes de Transporte Urbano. Los planes se implementarán considerando un sistema de "
            "seguimiento y evaluación."
        ),
    ),
    11: (
        "Catálogo sectorial estandarizado e interoperable",
        (
            "Implementación del Respositorio Virtual del Sector Salud para la gestión de catálogos y su "
            "interoperabilidad con sus respectivos sistemas de información, estandarizando prácticas y "
            "protocolos en todo el sector así como poniendo esta información al alcance de todos los "
            "usuarios de salud."
        ),
    ),
    12: (
        "Central de Información de los Servicios de Emergencia Hospitalaria",
        (
            "Información transparente y oportuna en torno a la disponibilidad de camas operativas en los "
            "servicios de emergencia hospitalaria."
        ),
    ),
    13: (
        "Transparentando el Sistema de Acreditación de Asegurados",
        (
            "Contar con un sistema integrado de Acreditación de Asegurados en el sector público que sume al"
            " ya existente a nivel del sector privado, asegurando el no repudio prestacional y la mejora de"
            " la información de los usuarios de salud."
        ),
    ),
    14: (
        ("Implementación de un sistema de información integral sobre proyectos de inversión en saneamiento"),
        (
            "La Oficina General de Estadística e Informática implementará un sistema de información "
            "integral sobre proyectos de inversión en saneamiento a nivel de región. El sistema mostrará "
            "información sobre el financiamiento. La información estará a disposición de la ciudadanía y "
            "Gobiernos Locales y Regionales."
        ),
    ),
    15: (
        "Creación de un repositorio de estudios en materia de saneamiento",
        (
            "La Oficina General de Estadística e Informática implementará un repositorio de estudios en "
            "materia de saneamiento. El repositorio mostrará información de estudios estadísticos de "
            "servicios de saneamiento a nivel regional. La información estará a disposición de los "
            "usuarios."
        ),
    ),
    16: (
        (
            "Promover y difundir el uso de información y conocimiento en materia de seguridad para la "
            "formulación de políticas, planes y proyectos sobre seguridad ciudadana"
        ),
        (
            "Realizar una transformación operativa del Observatorio Nacional de Seguridad Ciudadana, con la"
            " finalidad de brindar información que aporte a la generación de propuestas relacionadas a "
            "políticas públicas sobre seguridad ciudadana."
        ),
    ),
    17: (
        ("Diseñar e implementar una política de prevención contra las extorsiones en la Región La Libertad con participación ciudadana"),
        (
            "Facilitar información estadística, evidencias cuantitativas y cualitativas sobre las "
            "características de la extorsión en la ciudad de Trujillo, con el objetivo de diseñar e "
            "implementar una política de prevención contra extorsiones en la Región La Libertad con "
            "participación ciudadana. La elaboración de los lineamientos y la poítica contará con "
            "participación de diferentes actores, como la Dirección General Contra el Crimen Organizado, el"
            " Gobierno Regional de la Libertad y municipalidades de la Provincia de Trujillo."
        ),
    ),
    18: (
        "Fortalecer los sistemas existentes sobre trata para mejorar la atención de las víctimas",
        (
            "El Ministerio del Interior lidera la Comisión Multisectorial de naturaleza permanente contra "
            "la trata de personas y el tráfico ilícito de migrantes, a través del cual considera necesario "
            "fortalecer los sistemas existentes sobre la trata de personas para mejorar la atención "
            "integral a las víctimas, a través de la actualización y mejora de los sistemas existentes y la"
            " generación de conocimiento orientado a la formulación de políticas públicas en la materia."
        ),
    ),
}
