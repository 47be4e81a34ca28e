import Addresses
import Foundation
import TestSupport
import Testing

@Suite("martlet probe", .serialized, .enabled(if: NetworkNamespace.isPermitted, "makes network namespaces"))
struct ProbeTests {
    /// The members of the document that are looked at.
    struct Document: Decodable {
        struct Answer: Decodable {
            let interface: String
            let mac: String
            let node: String?
            let isSpeaker: Bool
            let isLocal: Bool
            let latencyMicroseconds: [Int]
        }

        let verdict: String
        let answers: [Answer]
    }

    static func probe(_ arguments: String..., in namespace: NetworkNamespace) async throws -> (Document, Int32) {
        let command = [Program.path, "probe", "-o", "json"] + arguments
        let result = try await namespace.start(command: command).wait()
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(result.output.utf8)) else {
            throw TestFailure("\(result)")
        }
        return (document, result.status)
    }

    /// Hosts on one segment, each with an address of its own of both families, and MAC address 02:00:00:00:00:0N.
    final class Hosts: Sendable {
        let segment: NetworkNamespace
        let all: [NetworkNamespace]

        init(_ count: Int) throws {
            segment = try NetworkNamespace("segment")
            all = try (1...count).map { try NetworkNamespace("h\($0)") }
            try segment.addBridge("br0")
            for (index, host) in all.enumerated() {
                try segment.attach("eth0", of: host, to: "br0")
                try host.ip("link set eth0 address 02:00:00:00:00:0\(index + 1)")
                try host.ip("address add 192.0.2.\(index + 1)/24 dev eth0")
                try host.ip("address add 2001:db8::\(index + 1)/64 dev eth0 nodad")
                try host.ip("address add fe80::\(index + 1)/64 dev eth0 nodad")
            }
        }
    }

    @Test("Kernels → one answers, nobody, two that have one address, this host itself; both families")
    func kernels() async throws {
        let hosts = try Hosts(3)
        let (asker, second, third) = (hosts.all[0], hosts.all[1], hosts.all[2])
        for (own, other, free) in [
            ("192.0.2.1", "192.0.2.2", "192.0.2.77"), ("2001:db8::1", "2001:db8::2", "2001:db8::77"),
        ] {
            let (one, oneStatus) = try await Self.probe(other, in: asker)
            #expect(oneStatus == 1 && one.verdict == "Stranger", "a host that is neither a speaker nor a node")
            #expect(one.answers.map(\.mac) == ["02:00:00:00:00:02"])
            #expect(one.answers.first?.latencyMicroseconds.count == 3)
            #expect(one.answers.first?.isSpeaker == false && one.answers.first?.node == nil)

            let (nobody, nobodyStatus) = try await Self.probe(free, "--count", "1", in: asker)
            #expect(nobodyStatus == 1 && nobody.verdict == "Unanswered" && nobody.answers.isEmpty)

            let length = other.contains(":") ? 128 : 32
            for host in [second, third] { try host.ip("address add \(free)/\(length) dev eth0 nodad") }
            let (two, twoStatus) = try await Self.probe(free, in: asker)
            #expect(twoStatus == 1 && two.verdict == "Duplicate")
            #expect(Set(two.answers.map(\.mac)) == ["02:00:00:00:00:02", "02:00:00:00:00:03"])

            let (local, localStatus) = try await Self.probe(own, in: asker)
            #expect(localStatus == 0)
            #expect(local.answers.map(\.isLocal) == [true])
        }
        // No cache has learnt anything of an address that was only asked for.
        let neighbors = try asker.ip("neighbour show")
        #expect(!neighbors.output.contains("192.0.2.77"), "\(neighbors)")
        let others = try second.ip("neighbour show")
        #expect(!others.output.contains("192.0.2."), "\(others)")
    }

    @Test("Two segments → asked on both at once; only two on one segment are two owners") func segments() async throws {
        let (first, second) = (try Hosts(2), try NetworkNamespace("other"))
        let asker = first.all[0]
        try asker.connect("eth1", to: second, "eth0")
        try asker.ip("address add 198.51.100.1/24 dev eth1")
        try second.ip("address add 192.0.2.2/32 dev eth0")
        let (both, status) = try await Self.probe("192.0.2.2", in: asker)
        #expect(status == 1 && both.verdict == "Stranger")
        #expect(Set(both.answers.map(\.interface)) == ["eth0", "eth1"])
        let (one, _) = try await Self.probe("192.0.2.2", "--interface", "eth0", in: asker)
        #expect(one.answers.map(\.interface) == ["eth0"])
    }

    @Test(
        "What cannot be asked → why, and nothing else",
        arguments: [
            (["192.0.2.2", "-i", "eth7"], "there is no interface `eth7`; there are lo, eth0"),
            (["192.0.2.2", "-i", "lo"], "loopback"),
            (["192.0.2.2", "-i", "eth0"], "it is down"),
            (["192.0.2.2"], "no interface is suitable for probing (eth0: it is down)"),
            (["192.0.2.2", "--server", "http://127.0.0.1:9"], "nothing listens"),
        ])
    func unsuitable(arguments: [String], words: String) async throws {
        let (host, other) = (try NetworkNamespace("host"), try NetworkNamespace("other"))
        try host.connect("eth0", to: other, "eth0")
        try host.ip("address add 192.0.2.1/24 dev eth0")
        if !arguments.contains("--server") { try host.ip("link set eth0 down") }
        let result = try await host.start(command: [Program.path, "probe"] + arguments).wait()
        #expect(result.status == 1 && result.output.isEmpty, "\(result)")
        #expect(result.errors.contains(words), "\(result)")
    }

    @Test("A speaker says which it is; the node's own status says that it is this host") func speaker() async throws {
        let lab = try RunLab()
        let process = try await lab.start()
        defer { process.stop() }
        #expect(
            try await eventually { try await Self.probe("192.0.2.10", "--count", "1", in: lab.client).1 == 0 },
            "\(process.errors)")
        let (remote, _) = try await Self.probe("192.0.2.10", in: lab.client)
        #expect(remote.answers.map(\.isSpeaker) == [true])
        #expect(remote.answers.map(\.latencyMicroseconds.count) == [3])
        #expect(remote.answers.map(\.node) == [nil])

        let (local, status) = try await Self.probe("192.0.2.10", in: lab.node)
        #expect(status == 0)
        #expect(local.answers.map(\.node) == ["n1"])
        #expect(local.answers.map(\.isLocal) == [true])

        // The kernel of the client takes the address too.
        try lab.client.ip("address add 192.0.2.10/32 dev eth0")
        let (two, twoStatus) = try await Self.probe("192.0.2.10", in: lab.node)
        #expect(twoStatus == 1 && two.verdict == "Duplicate")
        #expect(two.answers.map(\.isLocal) == [true, false])
    }

    @Test("The name of the node that answers comes from any process of the segment") func names() async throws {
        let lab = try SegmentLab(nodes: 2)
        defer { lab.stop() }
        try await lab.start(1...2)
        #expect(
            try await eventually {
                let (document, _) = try await Self.probe(
                    "\(SegmentLab.address)", "--server", "http://127.0.0.1:7472", in: lab.node(1))
                let answer = document.answers.first
                return document.answers.count == 1
                    && answer?.mac
                        == answer.flatMap { $0.node }.map { $0 == "n1" ? 1 : 2 }.map { "\(SegmentLab.mac($0))" }
            })
    }
}
