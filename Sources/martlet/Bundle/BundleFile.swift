import Foundation
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
        return ManifestReader.read([ManifestFile(name: name, text: list.text())])
    }
}
