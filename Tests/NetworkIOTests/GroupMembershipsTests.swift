import Addresses
import Foundation
import Interfaces
import NetworkIO
import TestSupport
import Testing

@Suite("GroupMemberships, in namespaces", .enabled(if: NetworkNamespace.isPermitted, "needs root"), .serialized)
struct GroupMembershipsTests {
    /// The groups that the kernel is a member of on `eth0`, from outside.
    static func groups(in namespace: NetworkNamespace) async throws -> Set<String> {
        let result = try await namespace.run("ip", "-6", "maddress", "show", "dev", "eth0")
        return Set(
            result.lines.compactMap { line in
                let words = line.split(separator: " ")
                return words.first == "inet6" ? words.dropFirst().first.map(String.init) : nil
            })
    }

    @Test("A group is joined, seen on the wire as an MLD report, and left")
    func joinAndLeave() async throws {
        let a = try NetworkNamespace("a")
        let b = try NetworkNamespace("b")
        try a.connect("eth0", to: b, "eth0")
        let group = try IPv6Address("2001:db8::abcd:1234").solicitedNodeMulticast
        let tcpdump = try b.start("tcpdump", "-i", "eth0", "-U", "-l", "-n", "-v", "ip6")
        let deadline = ContinuousClock.now + .seconds(5)
        while !tcpdump.errors.contains("listening"), ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(5))
        }
        let index = try #require(try await a.onThread { try LinkMonitor().table[name: "eth0"]?.index })
        let during = Locked<Set<String>>([])
        try await a.onThread {
            var memberships = GroupMemberships()
            try memberships.join(group, on: index)
            try memberships.join(group, on: index)
            // Reports go out once more a while after the first; leaving at once would be seen as well, but not waited for.
            for _ in 0..<300 { Shell.pause() }
            let list = try Shell.run(["ip", "-6", "maddress", "show", "dev", "eth0"])
            during.withLock {
                $0 = Set(list.lines.map { $0.trimmingPrefix { $0 == " " || $0 == "\t" } }.map(String.init))
            }
            memberships.leave(group, on: index)
            memberships.leave(group, on: index)
        }
        #expect(during.value.contains { $0.hasPrefix("inet6 \(group)") }, "\(during.value)")
        #expect(try await !GroupMembershipsTests.groups(in: a).contains("\(group)"))
        tcpdump.stop()
        #expect(tcpdump.output.contains("\(group)"), "\(tcpdump.output)")
    }

    @Test("More groups than one socket holds are all joined")
    func many() async throws {
        let a = try NetworkNamespace("a")
        let b = try NetworkNamespace("b")
        try a.connect("eth0", to: b, "eth0")
        let index = try #require(try await a.onThread { try LinkMonitor().table[name: "eth0"]?.index })
        let joined = try await a.onThread {
            var memberships = GroupMemberships()
            func descriptors() throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            }
            let before = try descriptors()
            var most = before
            // As when a link goes and comes: what is left must leave no sockets behind.
            for round in 0..<5 {
                for number in 0..<3000 {
                    try memberships.join(IPv6Address(rawValue: UInt128(number)).solicitedNodeMulticast, on: index)
                }
                if round == 0 { most = try descriptors() }
                #expect(try descriptors() <= most + 2, "round \(round)")
                guard round < 4 else { break }
                for number in 0..<3000 {
                    memberships.leave(IPv6Address(rawValue: UInt128(number)).solicitedNodeMulticast, on: index)
                }
                #expect(try descriptors() <= before + 2 && memberships.count == 0)
            }
            let list = try Shell.run(["ip", "-6", "maddress", "show", "dev", "eth0"])
            return list.lines.filter { $0.contains("ff02::1:ff00:") }.count
        }
        // One more or less is the kernel's own, for its link-local address.
        #expect((3000...3001).contains(joined))
    }

    @Test("A group on an interface that is gone is left without harm")
    func gone() async throws {
        let a = try NetworkNamespace("a")
        try a.ip("link add eth0 type veth peer name eth1")
        try a.ip("link set eth0 up")
        let index = try #require(try await a.onThread { try LinkMonitor().table[name: "eth0"]?.index })
        let name = a.name
        let count = try await a.onThread {
            var memberships = GroupMemberships()
            let group = IPv6Address(rawValue: 7).solicitedNodeMulticast
            try memberships.join(group, on: index)
            try Shell.check(["ip", "-n", name, "link", "delete", "eth0"])
            memberships.leave(group, on: index)
            return memberships.count
        }
        #expect(count == 0)
    }
}
