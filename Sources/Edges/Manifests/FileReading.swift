import ClusterConfiguration

/// What one file says: its objects decoded, and what is wrong with them.
package struct FileReading: Sendable {
    /// The file as the user knows it.
    package let name: String
    let items: [ManifestItem]

    /// Every object that the file names, once for each time, also those that are not valid.
    package var references: [ObjectReference] {
        items.compactMap { item in
            switch item {
            case .object(let object): object.reference
            case .refused(let reference): reference
            case .ignored, .incomplete, .problem: nil
            }
        }
    }

    /// The objects, by their place in the file, if the file says nothing else than Services and their endpoints, and has
    /// no problem: only then may it be taken in without a look at the other files.
    package var parts: [(place: Int, part: ManifestPart)]? {
        var parts: [(Int, ManifestPart)] = []
        for (place, item) in items.enumerated() {
            guard case .object(let object) = item, object.nameProblems.isEmpty, let part = object.part else {
                return nil
            }
            parts.append((place, part))
        }
        return parts
    }

    /// The Services of the file by their place in it.
    package var serviceNames: [(place: Int, name: ObjectReference)] {
        items.enumerated().compactMap { place, item in
            guard case .object(let object) = item, case .service = object.part else { return nil }
            return (place, object.reference)
        }
    }
}
