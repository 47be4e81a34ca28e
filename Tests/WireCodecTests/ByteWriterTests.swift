import Testing
import WireCodec

@Suite struct ByteWriterTests {
    @Test("Integers are written most significant octet first, and lengths when they are known") func lengths() throws {
        var writer = ByteWriter()
        writer.write(UInt8(0xFF))
        try writer.writeLengthPrefixed(as: UInt16.self) { (writer) throws(LengthOverflow) in
            writer.write(UInt32(0x0102_0304))
            try writer.writeLengthPrefixed(as: UInt8.self) { (writer) throws(LengthOverflow) in
                writer.write(bytes: [7, 8])
            }
        }
        #expect(writer.bytes == [0xFF, 0, 7, 1, 2, 3, 4, 2, 7, 8])
        writer.overwrite(UInt16(0xABCD), at: 1)
        #expect(writer.bytes[1...2] == [0xAB, 0xCD])
        writer.removeAll()
        #expect(writer.bytes.isEmpty)
    }

    @Test("A body too long for its length field throws, and leaves nothing behind") func overflow() {
        var writer = ByteWriter()
        writer.write(UInt8(1))
        let error = #expect(throws: LengthOverflow.self) {
            try writer.writeLengthPrefixed(as: UInt8.self) { (writer) throws(LengthOverflow) in
                writer.write(bytes: [UInt8](repeating: 0, count: 256))
            }
        }
        #expect(error == LengthOverflow(length: 256, limit: 255))
        #expect(writer.bytes == [1])
    }
}
