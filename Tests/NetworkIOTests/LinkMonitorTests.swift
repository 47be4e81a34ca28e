import Addresses
import Interfaces
import NetworkIO
import SystemIO
import TestSupport
import Testing

@Suite("LinkMonitor, in namespaces", .enabled(if: NetworkNamespace.isPermitted, "needs root"), .serialized)
struct LinkMonitorTests {
    /// What a monitor said, waited for.
    final class Recorder: Sendable {
        private let changes = Locked<[InterfaceChange]>([])

        func attach(to monitor: LinkMonitor) {
            monitor.observe { [changes] _, new in changes.withLock { $0 += new } }
        }

        /// Waits until a change is said that `isWanted`; those before it are forgotten.
        func waitFor(_ what: String, _ isWanted: @Sendable (InterfaceChange) -> Bool) async throws {
            let deadline = ContinuousClock.now + .seconds(5)
            while ContinuousClock.now < deadline {
                let isFound = changes.withLock { list in
                    guard let index = list.firstIndex(where: isWanted) else { return false }
                    list.removeSubrange(...index)
                    return true
                }
                if isFound { return }
                try await Task.sleep(for: .milliseconds(2))
            }
            throw TestFailure("the monitor did not say: \(what); it said \(changes.value)")
        }
    }

    @Test("What happens to an interface is said, each thing as it happens")
    func life() async throws {
        let namespace = try NetworkNamespace("links")
        let monitor = try await namespace.onThread { try LinkMonitor() }
        #expect(monitor.table.interfaces.map(\.name) == ["lo"])
        let recorder = Recorder()
        recorder.attach(to: monitor)

        try namespace.ip("link add v0 address 02:00:00:00:00:01 type veth peer name v1")
        try await recorder.waitFor("v0 added") { if case .added(let new) = $0 { new.name == "v0" } else { false } }
        let added = try #require(monitor.table[name: "v0"])
        #expect(added.kind == "veth" && added.isEthernet && !added.isRunning && added.masterIndex == nil)
        #expect(added.hardwareAddress?.description == "02:00:00:00:00:01")

        try namespace.ip("link set v1 up")
        try namespace.ip("link set v0 up")
        try await recorder.waitFor("v0 up") { if case .wentUp(let new) = $0 { new.name == "v0" } else { false } }

        try namespace.ip("address add 192.0.2.1/24 dev v0")
        try namespace.ip("address add 2001:db8::1/64 dev v0 nodad")
        for text in ["192.0.2.1/24", "2001:db8::1/64"] {
            try await recorder.waitFor("\(text) added") {
                if case .addressesChanged(_, let added, _) = $0 {
                    added.contains { $0.description == text && $0.isUsable }
                } else {
                    false
                }
            }
        }

        // No carrier, although wanted up.
        try namespace.ip("link set v1 down")
        try await recorder.waitFor("v0 down") { if case .wentDown(let new) = $0 { new.name == "v0" } else { false } }
        #expect(monitor.table[name: "v0"]?.isUp == true)
        try namespace.ip("link set v1 up")
        try await recorder.waitFor("v0 up again") { if case .wentUp(let new) = $0 { new.name == "v0" } else { false } }

        try namespace.ip("link set v0 address 02:00:00:00:00:02")
        try await recorder.waitFor("MAC address") {
            if case .hardwareAddressChanged(let new, let old) = $0 {
                new.hardwareAddress != old && new.name == "v0"
            } else {
                false
            }
        }

        try namespace.ip("link add br0 type bridge")
        try namespace.ip("link set v0 master br0")
        try await recorder.waitFor("v0 a port") {
            if case .masterChanged(let new, nil) = $0 { new.name == "v0" } else { false }
        }
        let bridge = try #require(monitor.table[name: "br0"])
        #expect(bridge.kind == "bridge")
        #expect(monitor.table.parts(of: bridge.index).map(\.name) == ["v0"])
        try namespace.ip("link set v0 nomaster")
        try await recorder.waitFor("v0 free") {
            if case .masterChanged(let new, _) = $0 { new.name == "v0" && new.masterIndex == nil } else { false }
        }

        try namespace.ip("link set v0 down")
        try namespace.ip("link set v0 name lan0")
        try await recorder.waitFor("renamed") {
            if case .renamed(let new, from: "v0") = $0 { new.index == added.index } else { false }
        }
        try namespace.ip("link delete lan0")
        try await recorder.waitFor("removed") {
            if case .removed(let old) = $0 { old.index == added.index } else { false }
        }
        #expect(monitor.table[name: "lan0"] == nil)
        monitor.stop()
    }

    @Test("An IPv6 address is not usable before its duplicate detection has ended")
    func tentative() async throws {
        let namespace = try NetworkNamespace("links")
        let peer = try NetworkNamespace("peer")
        try namespace.connect("v0", to: peer, "v1")
        let monitor = try await namespace.onThread { try LinkMonitor() }
        let recorder = Recorder()
        recorder.attach(to: monitor)
        try namespace.ip("address add 2001:db8::7/64 dev v0")
        for isUsable in [false, true] {
            try await recorder.waitFor("2001:db8::7, usable: \(isUsable)") {
                if case .addressesChanged(_, let added, _) = $0 {
                    added.contains { $0.address.description == "2001:db8::7" && $0.isUsable == isUsable }
                } else {
                    false
                }
            }
        }
    }

    @Test("Thousands of changes that nobody read in time end in the right table")
    func overflow() async throws {
        let namespace = try NetworkNamespace("links")
        try namespace.ip("link add v0 type veth peer name v1")
        let monitor = try await namespace.onThread { try LinkMonitor() }
        // An observer that sleeps keeps the monitor from reading, until the socket's buffer is full.
        let isBlocked = Locked(true)
        monitor.observe { _, changes in
            while !changes.isEmpty, isBlocked.value { Shell.pause() }
        }
        let commands = (0..<4000).map { number in
            "address \(number % 4 == 3 ? "del" : "add") 10.\(number / 4 / 250).\(number / 4 % 250).\(number % 4 == 3 ? 1 : number % 4 + 1)/32 dev v0"
        }
        let batch = try TemporaryFile(commands.joined(separator: "\n") + "\n")
        try Shell.check(["ip", "-n", namespace.name, "-batch", batch.path])
        isBlocked.withLock { $0 = false }
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline, monitor.table[name: "v0"]?.addresses.count != 2000 {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(monitor.table[name: "v0"]?.addresses.count == 2000)
    }

    @Test("Stopping ends the thread, also twice; the last reference to it stops it as well")
    func stopping() async throws {
        let namespace = try NetworkNamespace("links")
        let monitor = try await namespace.onThread { try LinkMonitor() }
        monitor.stop()
        monitor.stop()
        weak let forgotten = try await namespace.onThread { try LinkMonitor() }
        // The thread that made it may hold it for another moment.
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline, forgotten != nil {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(forgotten == nil)
    }
}
