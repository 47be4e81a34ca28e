import Addresses
import Interfaces
import NetworkIO
import Testing

@Suite struct InterfaceTableTests {
    static let mac = MACAddress(2, 0, 0, 0, 0, 1)
    static let otherMAC = MACAddress(2, 0, 0, 0, 0, 2)

    static func address(_ text: String, _ length: Int) throws -> InterfaceAddress {
        InterfaceAddress(address: try IPAddress(text), prefixLength: length)
    }

    @Test("What appears and disappears is added and removed, removals first")
    func addedAndRemoved() {
        let old = Interface(index: 2, name: "eth0", hardwareAddress: InterfaceTableTests.mac)
        let new = Interface(index: 3, name: "eth0", hardwareAddress: InterfaceTableTests.mac)
        let changes = InterfaceTable([new]).changes(since: InterfaceTable([old]))
        #expect(changes == [.removed(old), .added(new)])
    }

    @Test("The same table twice has no changes")
    func nothing() {
        let table = InterfaceTable([Interface(index: 2, name: "eth0", hardwareAddress: InterfaceTableTests.mac)])
        #expect(table.changes(since: table).isEmpty)
    }

    @Test(
        "Up means wanted up and with a carrier",
        arguments: [(true, true), (true, false), (false, true), (false, false)])
    func running(isUp: Bool, hasCarrier: Bool) {
        let down = Interface(index: 2, name: "eth0", hardwareAddress: nil, isUp: false, hasCarrier: false)
        var other = down
        other.isUp = isUp
        other.hasCarrier = hasCarrier
        let changes = InterfaceTable([other]).changes(since: InterfaceTable([down]))
        #expect(changes == (isUp && hasCarrier ? [.wentUp(other)] : []))
        let back = InterfaceTable([down]).changes(since: InterfaceTable([other]))
        #expect(back == (isUp && hasCarrier ? [.wentDown(down)] : []))
    }

    @Test("Name, master, MAC address and addresses each have their change")
    func allAtOnce() throws {
        let kept = try InterfaceTableTests.address("192.0.2.1", 24)
        let gone = try InterfaceTableTests.address("192.0.2.2", 24)
        let come = try InterfaceTableTests.address("2001:db8::1", 64)
        let old = Interface(
            index: 2, name: "eth0", hardwareAddress: InterfaceTableTests.mac, addresses: [kept, gone].sorted())
        var new = old
        new.name = "lan"
        new.masterIndex = 7
        new.hardwareAddress = InterfaceTableTests.otherMAC
        new.addresses = [kept, come].sorted()
        let changes = InterfaceTable([new]).changes(since: InterfaceTable([old]))
        #expect(
            changes == [
                .renamed(new, from: "eth0"), .masterChanged(new, from: nil),
                .hardwareAddressChanged(new, from: InterfaceTableTests.mac),
                .addressesChanged(new, added: [come], removed: [gone]),
            ])
    }
}
