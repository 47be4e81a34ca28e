import Addresses
import Interfaces
import LinkLayer
import NetworkIO
import NodeDecisions
import Speaker
import TestSupport
import Testing
import Timing
import WireCodec

@Suite struct Layer2CoreTests {
    static let mac1 = MACAddress(2, 0, 0, 0, 0, 1)
    static let mac2 = MACAddress(2, 0, 0, 0, 0, 2)
    static let all = ["eth0", "eth1", "eth9"]
    static let asker = MACAddress(2, 0, 0, 0, 0, 9)

    static func interface(_ index: CInt, _ name: String, _ mac: MACAddress = mac1, subnet: Bool = true) -> Interface {
        let address = IPAddress.v4(IPv4Address(rawValue: 0xC000_0200 + UInt32(index)))
        return Interface(
            index: index, name: name, hardwareAddress: mac,
            addresses: subnet ? [InterfaceAddress(address: address, prefixLength: 24)] : [])
    }

    static var unasked: Layer2Settings {
        var settings = Layer2Settings()
        settings.claims.probes = 0
        return settings
    }

    /// A core whose captures open at once, that claims unasked, and what it asked for on the way.
    final class Bench {
        var core = Layer2Core(settings: unasked)
        var open: Set<CInt> = []
        var groups: Set<String> = []
        var events: [Layer2Event] = []
        var now = Instant.zero
        var generator = SeededGenerator(seed: 5)
        /// Interfaces on which opening fails.
        var broken: Set<CInt> = []

        func perform(_ actions: [Layer2Core.Action]) {
            for action in actions {
                switch action {
                case .open(let interface):
                    if broken.contains(interface.index) {
                        perform(core.captureFailed(on: interface.index, message: "broken", at: now, using: &generator))
                    } else {
                        #expect(open.insert(interface.index).inserted, "opened twice")
                        perform(core.captureOpened(on: interface.index, at: now))
                    }
                case .close(let index): open.remove(index)
                case .join(let group, let index): #expect(groups.insert("\(group)@\(index)").inserted, "joined twice")
                case .leave(let group, let index): #expect(groups.remove("\(group)@\(index)") != nil, "left twice")
                case .tell(let event): events.append(event)
                case .report: break
                }
            }
        }

        func update(_ interfaces: Interface...) { perform(core.update(InterfaceTable(interfaces), at: now)) }

        func apply(_ changes: Layer2Change...) {
            for change in changes { perform(core.apply(change, at: now)) }
        }

        /// The MAC address that answers a request for an IPv4 address on an interface.
        func ask(_ address: String, on index: CInt, from sender: MACAddress = asker) throws -> MACAddress? {
            var request = ByteWriter()
            ARPPacket(
                operation: .request, senderHardwareAddress: sender,
                senderProtocolAddress: try IPv4Address("192.0.2.99"), targetHardwareAddress: .zero,
                targetProtocolAddress: try IPv4Address(address)
            ).encodeFrame(to: .broadcast, into: &request)
            var reply = ByteWriter()
            guard case .answered = receive(request.bytes, on: index, into: &reply) else { return nil }
            return MACAddress(octets: reply.bytes[6..<12])
        }

        @discardableResult
        func receive(_ octets: [UInt8], on index: CInt, into reply: inout ByteWriter) -> SegmentClaims.Outcome {
            var actions: [Layer2Core.Action] = []
            let outcome = core.receive(octets.span, on: index, at: now, into: &reply, &actions)
            perform(actions)
            return outcome
        }

        /// Everything announced by `end`, as `index@seconds`.
        func announcements(until end: Duration) -> [String] {
            var sent: [String] = []
            while let deadline = core.nextDeadline, deadline <= Instant.zero.advanced(by: end) {
                now = max(now, deadline)
                perform(core.handleDeadline(at: now))
                var frame = ByteWriter()
                while let index = core.popFrame(at: now, using: &generator, into: &frame) {
                    let sighting = try? Sighting(decoding: frame.bytes.span, on: Layer2CoreTests.asker)
                    if sighting?.mark?.kind == .claim { sent.append("\(index)@\(now)") }
                    frame.removeAll()
                }
            }
            now = Instant.zero.advanced(by: end)
            return sent
        }
    }

    @Test("An address is answered for on every suitable interface, with that interface's MAC address")
    func everywhere() throws {
        let bench = Bench()
        bench.update(Layer2CoreTests.interface(2, "eth0"), Layer2CoreTests.interface(3, "eth1", Layer2CoreTests.mac2))
        bench.apply(.own(try IPAddress("192.0.2.200"), on: Self.all))
        #expect(bench.open == [2, 3])
        #expect(try bench.ask("192.0.2.200", on: 2) == Layer2CoreTests.mac1)
        #expect(try bench.ask("192.0.2.200", on: 3) == Layer2CoreTests.mac2)
        #expect(try bench.ask("192.0.2.201", on: 2) == nil)
        let snapshot = bench.core.snapshot
        #expect(bench.core.interfaces(answering: try IPAddress("192.0.2.200")) == ["eth0", "eth1"])
        #expect(bench.core.interfaces(answering: try IPAddress("192.0.2.201")).isEmpty)
        #expect(snapshot.interfaces[0].counters.answeredIPv4 == 1)
        #expect(snapshot.interfaces[0].counters.dropped == [.notAnnounced: 1])
    }

    @Test("Without addresses nothing is open; the last one withdrawn closes it")
    func idle() throws {
        let bench = Bench()
        bench.update(Layer2CoreTests.interface(2, "eth0"))
        #expect(bench.open.isEmpty)
        let address = try IPAddress("2001:db8::1:2")
        bench.apply(.own(address, on: Self.all))
        #expect(bench.open == [2])
        #expect(bench.groups == ["ff02::1:ff01:2@2"])
        bench.apply(.withdraw(address), .withdraw(address))
        #expect(bench.open.isEmpty)
        #expect(bench.groups.isEmpty)
        #expect(bench.core.nextDeadline == nil)
        #expect(
            bench.core.snapshot
                == {
                    let bench = Bench(); bench.update(Layer2CoreTests.interface(2, "eth0")); return bench.core.snapshot
                }())
    }

    @Test("Named interfaces alone are used, also those that would not be used by themselves")
    func named() throws {
        let bench = Bench()
        bench.update(
            Layer2CoreTests.interface(2, "eth0"), Layer2CoreTests.interface(3, "eth1"),
            Layer2CoreTests.interface(4, "bare", subnet: false))
        let address = try IPAddress("192.0.2.200")
        bench.apply(.own(address, on: ["eth1", "bare", "absent"]))
        #expect(bench.open == [3, 4])
        #expect(try bench.ask("192.0.2.200", on: 2) == nil)
        #expect(bench.core.interfaces(answering: address) == ["eth1", "bare"])
        bench.apply(.own(address, on: Self.all))
        #expect(bench.open == [2, 3])
        #expect(try bench.ask("192.0.2.200", on: 4) == nil)
        #expect(bench.core.interfaces(answering: address) == ["eth0", "eth1"])
    }

    @Test("The same change again announces nothing again")
    func repeated() throws {
        let bench = Bench()
        bench.update(Layer2CoreTests.interface(2, "eth0"))
        let address = try IPAddress("192.0.2.200")
        bench.apply(.own(address, on: Self.all))
        #expect(bench.announcements(until: .milliseconds(3500)) == ["2@0.000", "2@1.000", "2@2.000", "2@3.000"])
        bench.apply(.own(address, on: Self.all))
        bench.update(Layer2CoreTests.interface(2, "eth0"))
        #expect(bench.announcements(until: .milliseconds(3900)).isEmpty)
    }

    @Test("An interface that appears later answers and announces, and joins the groups")
    func appears() throws {
        let bench = Bench()
        bench.update()
        bench.apply(
            .own(try IPAddress("192.0.2.200"), on: Self.all), .own(try IPAddress("2001:db8::1:2"), on: Self.all))
        #expect(bench.announcements(until: .seconds(9)).isEmpty)
        bench.update(Layer2CoreTests.interface(7, "eth9"))
        #expect(try bench.ask("192.0.2.200", on: 7) == Layer2CoreTests.mac1)
        #expect(bench.groups == ["ff02::1:ff01:2@7"])
        #expect(
            bench.announcements(until: .milliseconds(12_500))
                == ["9", "10", "11", "12"].flatMap { ["7@\($0).000", "7@\($0).000"] })
    }

    @Test("Down is silent; up again answers and announces at once, counting on")
    func downAndUp() throws {
        let bench = Bench()
        let up = Layer2CoreTests.interface(2, "eth0")
        var down = up
        down.hasCarrier = false
        bench.update(up)
        bench.apply(
            .own(try IPAddress("2001:db8::1:2"), on: Self.all), .own(try IPAddress("192.0.2.200"), on: Self.all))
        #expect(try bench.ask("192.0.2.200", on: 2) != nil)
        _ = bench.announcements(until: .seconds(10))
        bench.update(down)
        #expect(bench.open.isEmpty && bench.groups.isEmpty)
        #expect(try bench.ask("192.0.2.200", on: 2) == nil)
        #expect(bench.core.snapshot.interfaces[0].state == .unsuitable(.noCarrier))
        #expect(bench.core.snapshot.interfaces[0].counters.answeredIPv4 == 1)
        bench.core.countKernelDrops(3, on: 2)
        bench.update(up)
        bench.core.countKernelDrops(4, on: 2)
        #expect(bench.core.snapshot.interfaces[0].counters.kernelDrops == 7)
        #expect(bench.open == [2] && bench.groups.count == 1)
        #expect(bench.announcements(until: .seconds(10)).count == 2)
        #expect(bench.core.snapshot.interfaces[0].counters.answeredIPv4 == 1)
        #expect(
            bench.events == [
                .answering(interface: "eth0", hardwareAddress: Layer2CoreTests.mac1),
                .silent(interface: "eth0", .noCarrier),
                .answering(interface: "eth0", hardwareAddress: Layer2CoreTests.mac1),
            ])
    }

    @Test("Another MAC address is answered with, and announced at once")
    func hardwareAddress() throws {
        let bench = Bench()
        bench.update(Layer2CoreTests.interface(2, "eth0"))
        bench.apply(.own(try IPAddress("192.0.2.200"), on: Self.all))
        _ = bench.announcements(until: .seconds(5))
        bench.update(Layer2CoreTests.interface(2, "eth0", Layer2CoreTests.mac2))
        #expect(try bench.ask("192.0.2.200", on: 2) == Layer2CoreTests.mac2)
        #expect(bench.announcements(until: .milliseconds(8500)) == ["2@5.000", "2@6.000", "2@7.000", "2@8.000"])
        #expect(bench.events.last == .hardwareAddressChanged(interface: "eth0", Layer2CoreTests.mac2))
    }

    @Test("A rename moves what is announced by name, and nothing else")
    func rename() throws {
        let bench = Bench()
        bench.update(Layer2CoreTests.interface(2, "eth0"))
        let (all, byName) = (try IPAddress("192.0.2.200"), try IPAddress("192.0.2.201"))
        bench.apply(.own(all, on: ["eth0", "lan"]), .own(byName, on: ["lan"]))
        #expect(try bench.ask("192.0.2.201", on: 2) == nil)
        _ = bench.announcements(until: .seconds(5))
        bench.update(Layer2CoreTests.interface(2, "lan"))
        #expect(try bench.ask("192.0.2.201", on: 2) == Layer2CoreTests.mac1)
        #expect(try bench.ask("192.0.2.200", on: 2) == Layer2CoreTests.mac1)
        // The one that was there before is not announced in a burst again.
        #expect(bench.announcements(until: .seconds(5)).count == 1)
        bench.update(Layer2CoreTests.interface(2, "eth0"))
        #expect(try bench.ask("192.0.2.201", on: 2) == nil)
        #expect(try bench.ask("192.0.2.200", on: 2) == Layer2CoreTests.mac1)
    }

    @Test("A removed interface is told once, and one with its name afterwards is a new one")
    func removed() throws {
        let bench = Bench()
        bench.update(Layer2CoreTests.interface(2, "eth0"))
        bench.apply(.own(try IPAddress("2001:db8::1:2"), on: Self.all))
        bench.update()
        #expect(bench.open.isEmpty && bench.groups.isEmpty)
        bench.update(Layer2CoreTests.interface(8, "eth0", Layer2CoreTests.mac2))
        #expect(bench.open == [8] && bench.groups == ["ff02::1:ff01:2@8"])
        #expect(bench.events.filter { $0 == .interfaceRemoved("eth0") }.count == 1)
    }

    @Test("A capture that cannot be opened is told once, tried again ever more slowly, and used when it opens")
    func broken() throws {
        let bench = Bench()
        bench.broken = [2]
        bench.update(Layer2CoreTests.interface(2, "eth0"))
        bench.apply(.own(try IPAddress("192.0.2.200"), on: Self.all))
        #expect(bench.core.snapshot.interfaces[0].state == .failed("broken"))
        var attempts = 0
        while bench.now < Instant.zero.advanced(by: .seconds(60)), let deadline = bench.core.nextDeadline {
            bench.now = deadline
            bench.perform(bench.core.handleDeadline(at: deadline))
            attempts += 1
        }
        #expect((8...25).contains(attempts), "\(attempts) attempts in a minute")
        #expect(bench.events.count == 1, "\(bench.events)")
        bench.broken = []
        bench.now = try #require(bench.core.nextDeadline)
        bench.perform(bench.core.handleDeadline(at: bench.now))
        #expect(bench.open == [2])
        #expect(bench.core.snapshot.interfaces[0].state == .answering)
        #expect(try #require(bench.core.nextDeadline) <= bench.now, "announced at once")
    }

    @Test("A stranger's use of an address is told once, and remembered until the address is withdrawn")
    func conflict() throws {
        let bench = Bench()
        bench.update(Layer2CoreTests.interface(2, "eth0"))
        let address = try IPAddress("192.0.2.200")
        bench.apply(.own(address, on: Self.all))
        bench.events = []
        var frame = ByteWriter()
        ClaimFrame.claim(address, to: nil).encode(from: Layer2CoreTests.asker, mark: nil, into: &frame)
        for second in 0..<5 {
            bench.now = Instant.zero.advanced(by: .seconds(second))
            var reply = ByteWriter()
            #expect(bench.receive(frame.bytes, on: 2, into: &reply) == .dropped(.conflict))
        }
        #expect(bench.events == [.conflict(address, with: ClaimStranger(Layer2CoreTests.asker), interface: "eth0")])
        #expect(bench.core.snapshot.conflicts.map(\.hardwareAddress) == [Layer2CoreTests.asker])
        bench.apply(.withdraw(address))
        #expect(bench.core.snapshot.conflicts.isEmpty)
        #expect(bench.events.contains(.conflictOver(address, interface: "eth0")))
    }

    @Test("An address that the kernel has as well is told, whichever comes first")
    func configuredLocally() throws {
        let address = try IPAddress("192.0.2.2")
        let bench = Bench()
        bench.update(Layer2CoreTests.interface(2, "eth0"))
        bench.apply(.own(address, on: Self.all))
        #expect(bench.events.contains(.configuredLocally(address, interface: "eth0")))
        #expect(bench.core.snapshot.configuredLocally == [address: "eth0"])
        let other = Bench()
        other.apply(.own(address, on: Self.all))
        other.update(Layer2CoreTests.interface(2, "eth0"))
        other.update(Layer2CoreTests.interface(2, "eth0"))
        #expect(other.events.filter { $0 == .configuredLocally(address, interface: "eth0") }.count == 1)
    }

    @Test(
        "Whatever happens in whatever order, the same is left as if it were set up at once",
        arguments: [UInt64(1), 2, 3, 4, 5])
    func anyOrder(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let names = ["eth0", "eth1", "lan"]
        let addresses = (0..<12).map { number in
            number < 6
                ? IPAddress.v4(IPv4Address(rawValue: 0xC000_0280 + UInt32(number)))
                : IPAddress.v6(IPv6Address(rawValue: 0x2001_0DB8 << 96 | UInt128(number / 2)))
        }
        let bench = Bench()
        var interfaces: [CInt: Interface] = [:]
        var announced: [IPAddress: [String]] = [:]
        for step in 0..<2000 {
            switch Int.random(in: 0...5, using: &generator) {
            case 0, 1:
                let address = addresses[Int.random(in: addresses.indices, using: &generator)]
                let selection = names.filter { _ in Bool.random(using: &generator) }
                announced[address] = selection
                bench.apply(.own(address, on: selection))
            case 2:
                let address = addresses[Int.random(in: addresses.indices, using: &generator)]
                announced[address] = nil
                bench.apply(.withdraw(address))
            default:
                let index = CInt.random(in: 2...4, using: &generator)
                let used = Set(interfaces.values.filter { $0.index != index }.map(\.name))
                if let name = names.filter({ !used.contains($0) }).randomElement(using: &generator),
                    Int.random(in: 0...4, using: &generator) > 0
                {
                    var interface = Layer2CoreTests.interface(
                        index, name, Bool.random(using: &generator) ? Layer2CoreTests.mac1 : Layer2CoreTests.mac2,
                        subnet: Bool.random(using: &generator))
                    interface.isUp = Int.random(in: 0...3, using: &generator) > 0
                    interfaces[index] = interface
                } else {
                    interfaces[index] = nil
                }
                bench.perform(bench.core.update(InterfaceTable(interfaces.values), at: bench.now))
            }
            guard step % 50 == 49 else { continue }
            let fresh = Bench()
            fresh.perform(fresh.core.update(InterfaceTable(interfaces.values), at: .zero))
            for (address, selection) in announced { fresh.apply(.own(address, on: selection)) }
            #expect(bench.open == fresh.open, "seed \(seed), step \(step)")
            #expect(bench.groups == fresh.groups, "seed \(seed), step \(step)")
            let (a, b) = (bench.core.snapshot, fresh.core.snapshot)
            #expect(a.interfaces.map(\.state) == b.interfaces.map(\.state), "seed \(seed), step \(step)")
            for address in addresses {
                #expect(
                    bench.core.interfaces(answering: address) == fresh.core.interfaces(answering: address),
                    "seed \(seed), step \(step)"
                )
            }
            for index in interfaces.keys {
                for number in 0x80..<0x86 {
                    let text = "192.0.2.\(number)"
                    #expect(
                        try bench.ask(text, on: index) == fresh.ask(text, on: index),
                        "seed \(seed), step \(step), \(text)")
                }
            }
        }
    }
}
