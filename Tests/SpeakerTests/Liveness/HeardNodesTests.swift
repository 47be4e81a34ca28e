import NodeDecisions
import Testing

@Suite("Which segments count, while the list of interfaces changes")
struct HeardNodesTests {
    /// What happens, in the order in which the control loop takes it in.
    enum Step: Sendable {
        case listen(UInt64, unhearable: Set<String> = [])
        case listened(UInt64, Set<String>)
    }

    static let rows: [(name: String, steps: [Step], expected: Set<String>)] = [
        ("nothing was said yet", [.listen(1)], []),
        ("listened to", [.listen(1), .listened(1, ["eth0"])], ["eth0"]),
        ("an answer about a former list", [.listen(1), .listen(2), .listened(1, ["eth0"])], []),
        (
            "another list, as when an address was added → what was listened to stays until liveness speaks of it",
            [.listen(1), .listened(1, ["eth0"]), .listen(2)], ["eth0"]
        ),
        (
            "liveness answers at once, and nothing that was under way before replaces the answer",
            [.listen(1), .listened(1, []), .listen(2), .listened(2, ["eth0"]), .listened(1, [])], ["eth0"]
        ),
        (
            "what is listened to no more", [.listen(1), .listened(1, ["eth0", "eth1"]), .listened(1, ["eth1"])],
            ["eth1"]
        ),
        (
            "an interface without an address", [.listen(1, unhearable: ["tun0"]), .listened(1, ["eth0"])],
            ["eth0", "tun0"]
        ),
        (
            "it has an address now, and is to be listened to",
            [.listen(1, unhearable: ["tun0"]), .listened(1, []), .listen(2)], []
        ),
    ]

    @Test("Lists and answers in this order → these segments count", arguments: rows.indices) func order(row: Int) {
        var heard = HeardNodes()
        for step in Self.rows[row].steps {
            switch step {
            case .listen(let list, let unhearable): _ = heard.listen(list: list, unhearable: unhearable)
            case .listened(let list, let interfaces): heard.note(ListenedSegments(list: list, interfaces: interfaces))
            }
        }
        #expect(Set(heard.byInterface.keys) == Self.rows[row].expected, "\(Self.rows[row].name)")
    }
}
