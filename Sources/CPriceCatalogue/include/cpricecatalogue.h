#ifndef CPRICECATALOGUE_H
#define CPRICECATALOGUE_H

#include <stddef.h>

/// The price catalogue, linked into the program's read-only data: shared between processes, resident only where
/// touched, valid for the life of the program. Made by scripts/build-catalogue; the layout is stated in
/// Sources/NodeCost/Catalogue/CatalogueLayout.swift.
const void *_Nonnull cpricecatalogue_bytes(void);

/// The catalogue's length in bytes.
size_t cpricecatalogue_length(void);

#endif
