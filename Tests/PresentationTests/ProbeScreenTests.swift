import Presentation
import Testing

@Suite("probe's screen") struct ProbeScreenTests {
    typealias Answer = ProbeDocument.Answer

    static let owner = Answer(
        interface: "eth0", mac: "02:00:00:00:00:02", node: "node-2", isSpeaker: true,
        latencies: [.microseconds(412), .microseconds(318), .microseconds(10_321)], announcements: 1)
    static let stranger = Answer(
        interface: "eth0", mac: "02:00:00:00:00:fa", latencies: [.microseconds(95), .milliseconds(120)])

    static func document(
        _ answers: [Answer], sent: Int = 3, problem: String? = nil, local: [String] = []
    ) -> ProbeDocument {
        ProbeDocument(
            address: "192.0.2.10",
            interfaces: [
                .init(interface: "eth0", sent: sent), .init(interface: "bond0.100", sent: sent, problem: problem),
            ], answers: answers, localInterfaces: local)
    }

    /// A situation, and the verdict.
    static let situations: [(name: String, document: ProbeDocument, verdict: ProbeDocument.Verdict)] = [
        ("one", document([owner]), .answered),
        ("nobody", document([]), .unanswered),
        ("only-stranger", document([stranger]), .stranger),
        ("stranger", document([owner, stranger]), .duplicate),
        (
            "kernel",
            document([
                owner,
                Answer(interface: "eth0", mac: "02:00:00:00:00:03", node: "node-3", latencies: [.microseconds(51)]),
            ]), .duplicate
        ),
        (
            "speakers",
            document([
                owner,
                Answer(interface: "eth0", mac: "02:00:00:00:00:03", isSpeaker: true, latencies: [.microseconds(51)]),
            ]), .duplicate
        ),
        (
            "segments",
            document([
                owner,
                Answer(
                    interface: "bond0.100", mac: "02:00:00:00:01:02", node: "node-2", isSpeaker: true, isLocal: true),
            ]), .answered
        ),
        (
            "local",
            document(
                [Answer(interface: "eth0", mac: "02:00:00:00:00:09", isLocal: true), owner], local: ["kube-ipvs0"]),
            .duplicate
        ),
        (
            "failed",
            document(
                [], sent: 0, problem: "cannot capture on bond0.100: not permitted; packet sockets need the capability"),
            .unanswered
        ),
    ]

    @Test("What was heard → the verdict, and a screen", arguments: situations.indices) func screens(index: Int) throws {
        let (name, document, verdict) = Self.situations[index]
        #expect(document.verdict == verdict)
        for width in ScreenTests.widths {
            try expectGolden(document.text(.wide, Samples.layout(width)), "probe-\(name)-\(width)")
        }
        for width in [30, 60, 80] {
            for line in document.lines(Samples.layout(width)) {
                #expect(line.displayWidth <= max(width, 36), "\(line)")
            }
        }
    }

    @Test("As JSON, and by name") func documents() throws {
        let document = Self.document([Self.owner, Self.stranger], local: ["kube-ipvs0"])
        try expectGolden(document.text(.json, Samples.layout(80)), "probe-json")
        #expect(document.text(.name, Samples.layout(80)) == "node-2\n02:00:00:00:00:fa\n")
    }
}
