import ArgumentParser
import ClusterConfiguration
import Manifests

/// The manifests that a command works on.
struct InputOptions: ParsableArguments {
    @Option(
        name: [.customShort("f"), .customLong("filename")],
        help: ArgumentHelp(
            "A file, a directory (its *.yaml, *.yml and *.json), or - for standard input. Repeatable.",
            valueName: "path"))
    var filenames: [String] = []

    func validate() throws {
        guard !filenames.isEmpty else { throw ValidationError("Give the manifests with -f PATH.") }
    }

    /// Reads the manifests once. What cannot be read is among the problems.
    func read() -> ManifestReading {
        ManifestReader.read(paths: filenames, from: DiskManifestStore(readsDescriptors: true))
    }
}
