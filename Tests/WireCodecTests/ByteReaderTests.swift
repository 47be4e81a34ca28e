import Testing
import WireCodec

@Suite struct ByteReaderTests {
    @Test("Integers are read most significant octet first") func integers() throws {
        let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
        var reader = ByteReader(bytes.span)
        #expect(try reader.read(UInt8.self) == 1)
        #expect(try reader.read(UInt16.self) == 0x0203)
        #expect(try reader.read(UInt32.self) == 0x0405_0607)
        #expect(try reader.read(UInt64.self) == 0x0809_0A0B_0C0D_0E0F)
        try reader.expectEnd()
    }

    @Test("A read that does not fit says where and how much is missing, and does not move") func truncated() throws {
        let bytes: [UInt8] = [1, 2, 3]
        var reader = ByteReader(bytes.span)
        try reader.skip(count: 2)
        var caught: DecodeError?
        do { _ = try reader.read(UInt32.self) } catch { caught = error }
        #expect(caught == DecodeError(offset: 2, problem: .truncated(needed: 4, available: 1)))
        let position = reader.position
        #expect(position == 2)
        do { _ = try reader.readBytes(count: -1) } catch { caught = error }
        #expect(caught == DecodeError(offset: 2, problem: .truncated(needed: -1, available: 1)))
        #expect(try reader.read(UInt8.self) == 3)
    }

    @Test("A part is bounded, and its errors count from the start of the whole") func parts() throws {
        let bytes: [UInt8] = [9, 1, 2, 3, 4]
        var reader = ByteReader(bytes.span)
        try reader.skip(count: 1)
        var part = try reader.read(count: 2)
        let position = reader.position
        #expect(position == 3)
        #expect(try part.read(UInt8.self) == 1)
        var caught: DecodeError?
        do { _ = try part.read(UInt16.self) } catch { caught = error }
        #expect(caught == DecodeError(offset: 2, problem: .truncated(needed: 2, available: 1)))
        do { try part.expectEnd() } catch { caught = error }
        #expect(caught == DecodeError(offset: 2, problem: .trailing(count: 1)))
        let rest = part.readRest()
        #expect(rest == [2])
        let isAtEnd = part.isAtEnd
        #expect(isAtEnd)
        #expect(try reader.readBytes(count: 2) == [3, 4])
        let error = part.invalid("x", at: 1)
        #expect(error.description == "at octet 1: x")
    }
}
