import FoundationEssentials
import Presentation
import Testing
import Timing

@Suite("Documents") struct DocumentTests {
    @Test("plan -o json is the contract's example, key for key")
    func plan() throws {
        // Two blanks and line breaks aside, this is the example as the contract prints it.
        let expected = """
            {
              "assignments": [
                {"service": "default/web", "ips": ["192.0.2.10"], "pool": "lan", "state": "assigned", "reason": null, "message": null},
                {"service": "default/api", "ips": [], "pool": null, "state": "pending", "reason": "PoolExhausted", "message": "…"}
              ],
              "announcements": [
                {"service": "default/web", "ip": "192.0.2.10", "protocol": "layer2", "node": "n1", "interfaces": null},
                {"service": "default/web", "ip": "192.0.2.10", "protocol": "bgp", "node": "n1", "peer": "tor-a",
                 "prefix": "192.0.2.10/32", "localPreference": 100, "communities": ["64512:7"], "largeCommunities": []}
              ],
              "silent": [
                {"service": "default/web", "ip": "192.0.2.10", "protocol": "layer2", "node": "n2", "reason": "NotElected", "message": "…"}
              ],
              "problems": [
                {"severity": "error", "object": "IPAddressPool/martlet-system/lan", "field": "spec.addresses[0]", "message": "…"}
              ]
            }
            """
        let words = { (text: String) in text.split { $0 == " " || $0 == "\n" }.joined(separator: " ") }
        #expect(
            words(Samples.contractPlan.json.compactText)
                == words(expected).replacing("{ ", with: "{").replacing("[ ", with: "[").replacing(" ]", with: "]")
                .replacing(" }", with: "}"))
        try expectGolden(Samples.contractPlan.text(.json, Samples.layout(80)), "plan-json")
        let decoded = try JSONDecoder().decode(PlanDocument.self, from: Data(expected.utf8))
        #expect(decoded == Samples.contractPlan)
    }

    @Test("check -o json is the problems alone")
    func check() {
        let document = ProblemsDocument([
            ProblemEntry(severity: "warning", object: "BGPPeer/a/b", field: nil, message: "m", file: "f.yaml", line: 3)
        ])
        #expect(
            document.text(.json, Samples.layout(80)) == """
                {
                  "problems": [
                    {"severity": "warning", "object": "BGPPeer/a/b", "field": null, "message": "m", "file": "f.yaml", "line": 3}
                  ]
                }

                """)
        #expect(ProblemsDocument([ProblemEntry]()).text(.json, Samples.layout(80)) == "{\n  \"problems\": []\n}\n")
    }

    @Test("/v1/status has the contract's keys in the contract's order, and nulls where nothing is known")
    func status() {
        var document = StatusDocument(version: "1.2.3", role: "speaker", node: "n1")
        document.peers = [
            PeerEntry(
                peer: "tor-a", address: "10.0.0.1", state: "Established", since: Samples.time("2026-01-01T00:00:00Z"),
                prefixesSent: 3, bfd: "Up")
        ]
        document.segments = [
            SegmentEntry(
                interface: "eth0",
                members: [
                    .init(node: "n2", address: "10.0.0.2", state: "Up", since: Samples.time("2026-01-01T00:00:00Z"))
                ])
        ]
        #expect(
            document.json.compactText == """
                {"version": "1.2.3", "role": "speaker", "node": "n1", "assignments": [], "announcements": [], \
                "peers": [{"peer": "tor-a", "address": "10.0.0.1", "state": "Established", "since": \
                "2026-01-01T00:00:00Z", "prefixesSent": 3, "bfd": "Up", "lastError": null}], "segments": \
                [{"interface": "eth0", "members": [{"node": "n2", "address": "10.0.0.2", "state": "Up", "since": \
                "2026-01-01T00:00:00Z"}]}], "silent": [], "problems": [], "pools": [], "interfaces": [], \
                "notReady": []}
                """)
    }

    @Test("a status survives being sent, with counts beyond 64 bits", arguments: Samples.status.documents)
    func roundTrip(document: StatusDocument) throws {
        #expect(try StatusDocument(jsonText: Array(document.json.text().utf8)) == document)
        #expect(try StatusDocument(jsonText: Array(document.json.compactText.utf8)) == document)
    }

    @Test("a status of an older process, without any addition, is understood; of a newer one, what is known")
    func otherVersions() throws {
        let older =
            #"{"version":"0","role":"speaker","node":null,"assignments":[],"announcements":[],"peers":[],"segments":[]}"#
        #expect(
            try StatusDocument(jsonText: Array(older.utf8)) == StatusDocument(version: "0", role: "speaker", node: nil))
        let newer =
            #"{"version":"9","role":"poet","node":"n","verses":[1.5,{"a":true}],"peers":[{"peer":"p","address":null,"state":"Zen","since":null,"prefixesSent":1,"bfd":null,"lastError":null,"mood":{}}]}"#
        #expect(try StatusDocument(jsonText: Array(newer.utf8)).peers.first?.state == "Zen")
    }

    @Test(
        "what is no status is rejected with a sentence that says where",
        arguments: [
            ("", "it is not JSON"),
            ("<html>", "it is not JSON"),
            ("[]", "is not a"),
            (#"{"version":"1"}"#, "`role` is missing"),
            (#"{"version":"1","role":"r","peers":[{"peer":"p"}]}"#, "`peers[0].state` is missing"),
            (#"{"version":"1","role":"r","started":"yesterday"}"#, "`yesterday` is not a time"),
            (#"{"version":1,"role":"r"}"#, "`version` is not a"),
        ])
    func refuses(text: String, expected: String) {
        let error = #expect(throws: DocumentError.self) { try StatusDocument(jsonText: Array(text.utf8)) }
        #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
    }
}
