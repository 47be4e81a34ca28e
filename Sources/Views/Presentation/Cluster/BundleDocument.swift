import FoundationEssentials
import Timing

/// What `martlet bundle` saves: all that processes knew at one moment, and the manifests, for analysis elsewhere.
package struct BundleDocument: Hashable, Sendable, Decodable {
    /// What one process answered.
    package struct Process: Hashable, Sendable, Decodable {
        /// Whom was asked: a URL.
        package var source: String
        /// Why there is no answer; `nil` if there is one.
        package var failure: String?
        package var status: StatusDocument?
        package var events: EventsDocument?
        /// The text of `/metrics`.
        package var metrics: String?
        /// One for each Service that the process knows.
        package var explanations: [ExplanationDocument]

        package init(source: String) {
            self.source = source
            explanations = []
        }
    }

    /// The form of the file; raised when an older program could not read it.
    package static let format = 1

    package var format: Int
    /// The program that made it.
    package var version: String
    package var made: Timestamp
    package var processes: [Process]
    /// The objects of the manifests as Kubernetes writes them, secrets replaced.
    package var objects: [JSONValue]
    /// A file of `--record`.
    package struct RecordingFile: Hashable, Sendable, Decodable {
        /// As it was named.
        package var name: String
        /// What it holds, in Base64.
        package var content: String

        package init(name: String, content: String) {
            self.name = name
            self.content = content
        }
    }

    // Additions; an older program does not write them.
    /// What was wrong with manifests, as far as it is not to be seen in the objects that could be read.
    package var problems: [ProblemEntry]?
    /// Whether Secrets were not read, so that one that is absent is not missing.
    package var secretsAreUnknown: Bool?

    /// For `martlet replay`.
    package var recordings: [RecordingFile]?

    package init(version: String, made: Timestamp, processes: [Process], objects: [JSONValue]) {
        format = BundleDocument.format
        self.version = version
        self.made = made
        self.processes = processes
        self.objects = objects
    }

    /// Reads what was saved.
    package init(jsonText: [UInt8]) throws(DocumentError) {
        do {
            self = try JSONDecoder().decode(BundleDocument.self, from: Data(jsonText))
        } catch {
            throw DocumentError("not a martlet bundle: \(error)")
        }
        guard format <= BundleDocument.format else {
            throw DocumentError(
                "made by a newer martlet (\(version)) in another format: use that version")
        }
    }

    package var status: ClusterStatus {
        ClusterStatus(
            processes.compactMap(\.status), events: processes.flatMap { $0.events?.events ?? [] })
    }

    /// What a process said of the Service; where several did, the one that knows most steps.
    package func explanation(of service: String) -> ExplanationDocument? {
        processes.flatMap(\.explanations).filter { $0.service == service }.max {
            $0.steps.count < $1.steps.count
        }
    }
}

extension BundleDocument: JSONRepresentable {
    package var json: JSONValue {
        let members: JSONValue = [
            "format": format.json, "version": version.json, "made": made.json,
            "processes": processes.json,
            "objects": objects.json, "problems": (problems ?? []).json,
            "secretsAreUnknown": (secretsAreUnknown ?? false).json,
        ]
        return members.adding(["recordings": recordings.json])
    }
}

extension BundleDocument.RecordingFile: JSONRepresentable {
    package var json: JSONValue { ["name": name.json, "content": content.json] }
}

extension BundleDocument.Process: JSONRepresentable {
    package var json: JSONValue {
        [
            "source": source.json, "failure": failure.json, "status": status.json, "events": events.json,
            "metrics": metrics.json, "explanations": explanations.json,
        ]
    }
}
