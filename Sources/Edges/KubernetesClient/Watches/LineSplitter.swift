import FoundationEssentials
import KubernetesAPI
import NIOCore

/// Cuts an answer into its lines, wherever the network cut it.
struct LineSplitter {
    /// Far more than the largest object that an API server keeps (etcd: 1.5 MiB).
    static let limit = 16 << 20

    private var rest = Data()

    /// The lines that end within these octets, without what ends them and without empty ones.
    mutating func append(_ buffer: ByteBuffer) throws(RequestFailure) -> [Data] {
        var lines: [Data] = []
        var start = buffer.readerIndex
        while start < buffer.writerIndex {
            let view = buffer.readableBytesView[start...]
            guard let end = view.firstIndex(of: UInt8(ascii: "\n")) else {
                rest.append(contentsOf: view)
                break
            }
            rest.append(contentsOf: view[..<end])
            if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
            if !rest.isEmpty { lines.append(rest) }
            rest = Data()
            start = end + 1
        }
        guard rest.count <= LineSplitter.limit else {
            throw RequestFailure(.answer, "a watch sent a line of more than \(LineSplitter.limit >> 20) MiB")
        }
        return lines
    }
}
