/// The place of a file in the order in which files are read.
package struct ManifestPlace: Hashable, Sendable, Comparable {
    /// Which of the paths of `-f` led to it.
    package let argument: Int
    /// Its name in that directory; empty for a file that is named itself.
    package let name: String

    package init(argument: Int, name: String) {
        self.argument = argument
        self.name = name
    }

    package static func < (a: ManifestPlace, b: ManifestPlace) -> Bool { (a.argument, a.name) < (b.argument, b.name) }
}
