import Addresses
import Announcement
import Assignment
import ClusterConfiguration
import ClusterDecisions
import Interfaces
import KubernetesModel
import LinkLayer
import Manifests
import NodeDecisions
import RecordingFile
import SystemIO
import TestSupport
import Testing
import Timing
import WireIdentity

@testable import Recording

/// A life of both cores, as `martlet run` leads it, with what a recorder would write of it.
struct RecordedLife {
    var replay = Replay()
    var encoder = TurnEncoder()
    var file: [UInt8]
    var now = Instant(nanoseconds: 5_000_000_000)
    var decisions: [CoreDecision] = []

    init() throws {
        file = RecordFraming.preamble
        file += try encoder.header(version: "1.2.3", node: "n1", began: Timestamp(microseconds: 0), at: now)
    }

    mutating func give(_ input: CoreInput) throws {
        now = now.advanced(by: .milliseconds(130))
        let decision = replay.decide(input, at: now)
        decisions.append(decision)
        file += try encoder.turn(CoreTurn(at: now, input, decision))
    }
}

@Suite struct RecordingTests {
    static let secrets = ["s3cr3t-of-md5", "s3cr3t-in-a-Secret", "s3cr3t-in-stringData", "s3cr3t-last-applied"]

    static func manifests(services: [String], peers: Bool = true) -> ManifestReading {
        var text = """
            apiVersion: martlet.dev/v1beta1
            kind: IPAddressPool
            metadata: {name: lan, namespace: martlet-system}
            spec: {addresses: ["192.0.2.10-192.0.2.14"]}
            ---
            apiVersion: martlet.dev/v1beta1
            kind: L2Advertisement
            metadata: {name: all, namespace: martlet-system}
            ---
            apiVersion: martlet.dev/v1beta1
            kind: BGPAdvertisement
            metadata: {name: all, namespace: martlet-system}
            ---
            apiVersion: v1
            kind: Node
            metadata: {name: n1, labels: {zone: a}}
            ---
            apiVersion: v1
            kind: Node
            metadata: {name: n2}
            ---

            """
        if peers {
            text += """
                apiVersion: martlet.dev/v1beta1
                kind: BGPPeer
                metadata:
                  name: plain
                  namespace: martlet-system
                  annotations: {kubectl.kubernetes.io/last-applied-configuration: '{"password":"\(secrets[3])"}'}
                spec: {myASN: 64512, peerASN: 64513, peerAddress: 192.0.2.1, password: \(secrets[0])}
                ---
                apiVersion: martlet.dev/v1beta1
                kind: BGPPeer
                metadata: {name: by-secret, namespace: martlet-system}
                spec: {myASN: 64512, peerASN: 64513, peerAddress: 192.0.2.2, passwordSecret: {name: bgp}}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: bgp, namespace: martlet-system}
                type: kubernetes.io/basic-auth
                data: {password: \(base64(secrets[1]))}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: other, namespace: martlet-system}
                type: kubernetes.io/basic-auth
                stringData: {password: \(secrets[2])}
                ---

                """
        }
        for service in services {
            text += """
                apiVersion: v1
                kind: Service
                metadata: {name: \(service), namespace: default}
                spec: {type: LoadBalancer, ports: [{port: 80}]}
                ---

                """
        }
        return ManifestReader.read([ManifestFile(name: "all.yaml", text: text)])
    }

    static func base64(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var result = ""
        var octets = Array(text.utf8)[...]
        while !octets.isEmpty {
            let three = Array(octets.prefix(3))
            octets = octets.dropFirst(3)
            let bits = (0..<3).reduce(0) { $0 << 8 | ($1 < three.count ? Int(three[$1]) : 0) }
            for index in 0..<4 {
                result += index <= three.count ? String(alphabet[bits >> (18 - 6 * index) & 63]) : "="
            }
        }
        return result
    }

    static func table(isUp: Bool = true) throws -> InterfaceTable {
        InterfaceTable([
            Interface(index: 1, name: "lo", hardwareAddress: nil, isEthernet: false, isLoopback: true),
            Interface(
                index: 2, name: "eth0", hardwareAddress: MACAddress(2, 0, 0, 0, 0, 1), kind: "veth", isUp: isUp,
                addresses: [
                    InterfaceAddress(address: try IPAddress("192.0.2.9"), prefixLength: 24),
                    InterfaceAddress(address: try IPAddress("fe80::1"), prefixLength: 64, isUsable: false),
                ]),
        ])
    }

    /// One of each kind of event, and more of some.
    static func life() throws -> RecordedLife {
        var life = try RecordedLife()
        try life.give(.restored(AssignmentState(), unixTime: 1_700_000_000_000_000_000))
        try life.give(.speakerStarted(node: "n1", NodePolicy()))
        try life.give(.manifestsRead(manifests(services: ["web"])))
        try life.give(.speaker(.linksChanged(try table())))
        try life.give(.updatesTaken(1))
        let n2 = MACAddress(2, 0, 0, 0, 0, 2)
        try life.give(.speaker(.heard(["eth0": ["n2": [n2]]])))
        let address = try IPAddress("192.0.2.10")
        let reports: [Layer2Report] = [
            .holder(.thisNode, of: address, on: "eth0"), .holder(.nobody, of: address, on: "eth0"),
            .holder(.speaker(7), of: address, on: "eth0"),
            .stranger(ClaimStranger(n2, .otherCluster(ClusterIdentity(name: "x"))), of: address, on: "eth0"),
            .stranger(ClaimStranger(n2, .twin), of: address, on: "eth0"), .stranger(nil, of: address, on: "eth0"),
            .deaf(7, of: address, on: "eth0"), .present([7, 8], on: "eth0"),
            .forged(Witness(7, at: n2), of: address, on: "eth0"),
            .beliefDropped(Witness(7, at: n2), of: address, on: "eth0"), .coldStart(on: "eth0"),
        ]
        try life.give(.speaker(.reported(reports)))
        try life.give(
            .speaker(
                .routerChanged(
                    RouterChange(
                        interface: "eth0", router: try IPv6Address("fe80::2"), others: [try IPv6Address("fe80::3")]))))
        try life.give(.speaker(.rebalanced))
        try life.give(.manifestsRead(manifests(services: ["web", "api"])))
        try life.give(.manifestsRead(manifests(services: ["api"])))
        try life.give(.updatesTaken(2))
        try life.give(.assignmentDeadline)
        try life.give(.speakerDeadline)
        try life.give(.speakerLeaves)
        return life
    }

    @Test("A recorded life → the same decisions when it is replayed, core by core") func repeats() throws {
        let life = try Self.life()
        let recording = try Recording(life.file)
        #expect(recording.version == "1.2.3" && recording.node == "n1")
        #expect(recording.turns.count == life.decisions.count)
        #expect(recording.firstDifference == nil, "\(recording.turns.first(where: \.differs).debugDescription)")
        for (turn, decision) in zip(recording.turns, life.decisions) { #expect(turn.decisions == decision.lines) }
        #expect(recording.end == .torn(at: nil))
        // It is about something: an address was given, a claim was made, sessions were asked for.
        let all = recording.turns.flatMap(\.decisions).joined(separator: "\n")
        for word in ["192.0.2.10", "claim(", "hold(", "advertise(", "192.0.2.11"] {
            #expect(all.contains(word), "\(word)")
        }
    }

    @Test("Another decision than the recorded one → the first difference is named") func differs() throws {
        var life = try Self.life()
        life.file += try life.encoder.turn(CoreTurn(at: life.now, .assignmentDeadline, .ignored(3)))
        let recording = try Recording(life.file)
        #expect(recording.firstDifference?.event == "deadline")
        #expect(recording.firstDifference?.offset ?? 0 > 0)
    }

    @Test("Turns that are missing → counted, and nothing after them is compared") func lost() throws {
        var life = try Self.life()
        life.file += try life.encoder.lost(5)
        life.file += try life.encoder.turn(CoreTurn(at: life.now, .assignmentDeadline, .ignored(3)))
        life.file += try life.encoder.end()
        let recording = try Recording(life.file)
        #expect(recording.lost == 5)
        #expect(recording.firstDifference == nil)
        #expect(recording.end == .inOrder)
    }

    @Test("No secret is in a recording, nor in what is shown of it") func secrets() throws {
        let life = try Self.life()
        let recording = try Recording(life.file)
        let file = String(decoding: life.file, as: UTF8.self)
        let shown = recording.turns.map { "\($0.detail)\n\($0.decisions)" }.joined()
        for secret in Self.secrets {
            for text in [secret, Self.base64(secret)] {
                #expect(!file.contains(text), "\(text) is in the file")
                #expect(!shown.contains(text), "\(text) is shown")
            }
        }
        #expect(file.contains("secret-2") && file.contains(Self.base64("secret-1")))
    }

    @Test(
        "A secret → a name that is as valid as it was",
        arguments: [
            ("", 0...0), ("a", 1...20), (String(repeating: "a", count: 20), 1...20),
            (String(repeating: "a", count: 21), 21...80), (String(repeating: "a", count: 81), 81...100),
        ])
    func names(secret: String, lengths: ClosedRange<Int>) {
        var names = SecretNames()
        let name = names.name(of: secret)
        #expect(lengths.contains(name.utf8.count))
        #expect(names.name(of: secret) == name)
        #expect(secret.isEmpty || names.name(of: secret + "b") != name)
    }

    @Test("Torn anywhere → all whole records are read, and nothing crashes") func torn() throws {
        let file = try Self.life().file
        let whole = try RecordFraming.read(file)
        #expect(whole.tornAt == nil)
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let cut = Int.random(in: 0...file.count, using: &random)
            let part = Array(file[..<cut])
            guard let recording = try? Recording(part) else {
                #expect(cut < RecordFraming.preamble.count, "seed \(seed), cut \(cut)")
                continue
            }
            let complete = whole.records.count { $0.offset + 8 + $0.octets.count <= cut }
            #expect(recording.turns.count == max(complete - 1, 0), "seed \(seed), cut \(cut)")
            #expect(recording.firstDifference == nil, "seed \(seed), cut \(cut)")
        }
    }

    @Test("Octets changed at random → an error or fewer turns, never a crash") func damaged() throws {
        let file = try Self.life().file
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            var bad = file
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bad[Int.random(in: 0..<bad.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            guard let recording = try? Recording(bad) else { continue }
            #expect(recording.turns.count <= 15, "seed \(seed)")
            #expect(recording.firstDifference == nil, "seed \(seed)")
        }
    }

    @Test("Records whose checksums are right and whose content is not → an error with its offset, never a crash")
    func malformed() throws {
        for text in ["{}", "[]", "{\"turn\":{}}", "\u{0}", "{\"turn\":{\"_1\":{},\"at\":1,\"digest\":\"\"}}"] {
            let file = RecordFraming.preamble + RecordFraming.frame(Array(text.utf8))
            #expect(throws: RecordingError.self, "\(text)") { try Recording(file) }
        }
    }

    @Test(
        "What is no recording, or another form's → an error that says so",
        arguments: [
            ("", "no recording"), ("{}", "no recording"), ("martlet-recording 2\n", "form 2"),
            ("martlet-recording x\n", "does not say its form"), ("martlet-recording 1", "does not say its form"),
        ])
    func others(text: String, message: String) {
        do {
            _ = try Recording(Array(text.utf8))
            Issue.record("read without an error")
        } catch { #expect("\(error)".contains(message), "\(error)") }
    }

    @Test(
        "A list that has changed → only what lies between its unchanged ends, and the same list again",
        arguments: [
            ("abc", "abc", nil), ("abc", "abxc", "x"), ("abc", "xabc", "x"), ("abc", "abcx", "x"), ("abc", "ac", ""),
            ("abc", "", ""), ("", "abc", "abc"), ("aaa", "aa", ""), ("aa", "aaa", "a"), ("abc", "cba", "cba"),
        ] as [(String, String, String?)])
    func lists(old: String, new: String, between: String?) throws {
        let (former, next) = (old.map { String($0) }, new.map { String($0) })
        let stored = StoredList(next, after: former)
        #expect(stored?.between.joined() == between)
        #expect(try stored?.list(after: former) ?? former == next)
        // After another list than that which it goes on from.
        if let stored, stored.first + stored.last > 0 {
            #expect(throws: RecordingError.self) { try stored.list(after: []) }
        }
    }

    @Test("A life of random events → the same decisions", arguments: 0..<6) func walk(index: Int) throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        var life = try RecordedLife()
        try life.give(.restored(AssignmentState(), unixTime: 1_700_000_000_000_000_000))
        try life.give(.speakerStarted(node: "n1", NodePolicy()))
        var waiting = 0
        for _ in 0..<60 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                let names = ["a", "b", "c", "d", "e", "f"].filter { _ in Bool.random(using: &random) }
                try life.give(.manifestsRead(Self.manifests(services: names, peers: Bool.random(using: &random))))
                if case .outcome(let outcome)? = life.decisions.last, !outcome.update.isEmpty { waiting += 1 }
            case 1: try life.give(.speaker(.linksChanged(try Self.table(isUp: Bool.random(using: &random)))))
            case 2:
                let isThere = Bool.random(using: &random)
                try life.give(
                    .speaker(.heard(isThere ? ["eth0": ["n2": [MACAddress(2, 0, 0, 0, 0, 2)]]] : ["eth0": [:]])))
            case 3:
                let address = try IPAddress("192.0.2.1\(Int.random(in: 0...4, using: &random))")
                let holder: ClaimHolder = Bool.random(using: &random) ? .thisNode : .nobody
                try life.give(.speaker(.reported([.holder(holder, of: address, on: "eth0")])))
            case 4: try life.give(.assignmentDeadline)
            default:
                guard waiting > 0 else { continue }
                try life.give(.updatesTaken(waiting))
                waiting = 0
            }
        }
        let recording = try Recording(life.file)
        #expect(recording.turns.count == life.decisions.count, "seed \(seed)")
        #expect(recording.firstDifference == nil, "seed \(seed): \(recording.firstDifference?.event ?? "")")
    }
}
