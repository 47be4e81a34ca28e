import ClusterConfiguration
import Foundation
import KubernetesModel
import Manifests
import Presentation
import Timing

/// A file that `martlet bundle` wrote.
struct BundleFile {
    let name: String
    let document: BundleDocument

    /// - Parameter path: `-` for standard input.
    static func read(_ path: String) throws(StatusClient.Failure) -> BundleFile {
        do {
            let data =
                path == "-"
                ? FileHandle.standardInput.readDataToEndOfFile()
                : try Data(contentsOf: URL(fileURLWithPath: path))
            return BundleFile(name: path, document: try BundleDocument(jsonText: Array(data)))
        } catch let error as DocumentError {
            throw StatusClient.Failure(description: "\(path) is \(error)")
        } catch {
            throw StatusClient.Failure(description: "\(path): \(error.localizedDescription)")
        }
    }

    /// What was known, and when.
    var status: (status: ClusterStatus, moment: Timestamp) { (document.status, document.made) }

    /// The manifests that were saved with it.
    func manifests() throws(StatusClient.Failure) -> ManifestReading {
        guard !document.objects.isEmpty else {
            throw StatusClient.Failure(
                description:
                    "\(name) has no manifests to plan from: make the bundle with `martlet bundle -f PATH`")
        }
        let list: JSONValue = ["apiVersion": "v1", "kind": "List", "items": .array(document.objects)]
        var reading = ManifestReader.read([ManifestFile(name: name, text: list.text())])
        reading.problems += (document.problems ?? []).map { Problem($0) }
        reading.state.secretsAreUnknown = document.secretsAreUnknown ?? false
        return reading
    }
}

extension Problem {
    /// What was saved of a problem.
    fileprivate init(_ entry: ProblemEntry) {
        let parts = (entry.object ?? "").split(separator: "/", maxSplits: 1)
        let reference =
            parts.count < 2
            ? nil : NamespacedName(String(parts[1])).map { ObjectReference(kind: String(parts[0]), name: $0) }
        self.init(
            Severity(rawValue: entry.severity) ?? .error, reference, field: entry.field, entry.message,
            at: entry.file.map { SourceLocation(file: $0, line: entry.line ?? 0) })
    }
}
