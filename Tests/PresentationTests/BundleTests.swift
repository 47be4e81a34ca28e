import Testing
import Timing

@testable import Presentation

@Suite("Bundles") struct BundleTests {
    static var document: BundleDocument {
        var process = BundleDocument.Process(source: "http://127.0.0.1:7472")
        process.status = Samples.status.documents.first { $0.node == "node-1" }
        process.events = EventsDocument(Samples.status.events, forgotten: 2)
        process.metrics = "martlet_ready 1\n"
        process.explanations = [
            ExplanationDocument(service: "default/web", steps: [], advice: []),
            ExplanationDocument(
                service: "default/web", steps: [ExplanationStep("Service", .good, "m")], advice: ["a"]),
        ]
        var away = BundleDocument.Process(source: "http://127.0.0.1:7473")
        away.failure = "nothing listens"
        var document = BundleDocument(
            version: "0.1.0", made: Samples.now, processes: [process, away],
            objects: [["kind": "Node", "metadata": ["name": "n1"]]])
        document.problems = [ProblemEntry(severity: "error", object: "Service/a/b", field: "spec", message: "m")]
        document.secretsAreUnknown = true
        return document
    }

    @Test("are read as they were written") func roundTrip() throws {
        let read = try BundleDocument(jsonText: Array(Self.document.json.text().utf8))
        #expect(read == Self.document)
        #expect(read.status.events.count == Samples.status.events.count)
        #expect(read.explanation(of: "default/web")?.steps.count == 1)
        #expect(read.explanation(of: "default/api") == nil)
    }

    @Test("that are none, or newer than the program, are rejected with a reason") func refused() {
        for text in ["", "{}", "[]", "null"] {
            #expect(throws: DocumentError.self) { try BundleDocument(jsonText: Array(text.utf8)) }
        }
        let newer = Self.document.json.text().replacing("\"format\": 1", with: "\"format\": 2")
        let error = #expect(throws: DocumentError.self) {
            try BundleDocument(jsonText: Array(newer.utf8))
        }
        #expect(error?.description.contains("newer") == true)
    }

    @Test("hold no secret: not of a Secret, not of a peer, not of what kubectl keeps") func secrets() {
        let objects: [JSONValue] = [
            [
                "kind": "Secret", "metadata": ["name": "p"], "data": ["password": "aHVudGVyMg=="],
                "stringData": ["other": "hunter2"],
            ],
            [
                "kind": "BGPPeer", "metadata": ["name": "p"],
                "spec": ["peerAddress": "10.0.0.1", "password": "hunter2"],
            ],
            [
                "kind": "BGPPeer",
                "metadata": [
                    "name": "p",
                    "annotations": [
                        "kubectl.kubernetes.io/last-applied-configuration": "hunter2", "mine": "stays",
                    ],
                ],
            ],
        ]
        let text = JSONValue.array(objects.map(\.withoutSecrets)).text()
        #expect(!text.contains("hunter2") && !text.contains("aHVudGVyMg"))
        #expect(text.contains("password") && text.contains("10.0.0.1") && text.contains("stays"))
        let plain: JSONValue = ["kind": "Service", "spec": ["password": "no secret here"]]
        #expect(plain.withoutSecrets == plain)
    }
}
