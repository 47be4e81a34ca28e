import Addresses
import Testing

@testable import AddressPools

@Suite("Counts of addresses") struct AddressCountTests {
    @Test("All of IPv6 is counted exactly") func everything() throws {
        let all = try IPPrefix("::/0").range
        let count = AddressSegments(family: .ipv6, ranges: [all]).count
        #expect(count.description == "340282366920938463463374607431768211456")
        #expect(count.value == nil)
        #expect(count.subtracting(1).value == .max)
        #expect(count.subtracting(1).adding(AddressCount(1)) == count)
        #expect(AddressCount(5).adding(.zero) == AddressCount(5))
        #expect(AddressCount.zero.adding(AddressCount(7)).value == 7)
    }

    @Test("A count is never negative") func neverNegative() {
        #expect(AddressCount(3).subtracting(4) == .zero)
        #expect(AddressCount(3).subtracting(3) == .zero)
        #expect(AddressCount.zero.subtracting(.max) == .zero)
        #expect(AddressCount.zero < AddressCount(1))
        #expect(AddressCount(1) < AddressCount(2))
        #expect(!(AddressCount.zero < AddressCount.zero))
    }
}
