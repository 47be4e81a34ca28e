import ClusterConfiguration
import Manifests

extension ManifestReading {
    /// Reads one file.
    init(_ text: String, file: String = "a.yaml") {
        self = ManifestReader.read([ManifestFile(name: file, text: text)])
    }

    /// Each problem on one line.
    var lines: [String] { problems.map(\.description) }
}
