import CLibpcap
import CLinux
import Glibc
import SystemIO

/// Frames received on one interface, and frames sent on it: a libpcap handle, closed when this goes away.
///
/// It never blocks: wait until ``descriptor`` is readable, then call ``receive(limit:_:)``. An interface that disappears
/// makes every further call fail at once: close, and open again when it is back.
@safe package struct PacketCapture: ~Copyable {
    /// What happened to frames so far.
    package struct Statistics: Hashable, Sendable {
        /// Those that the filter let through.
        package var received = 0
        /// Those of them that were lost because the buffer was full.
        package var dropped = 0
    }

    /// What is known about a frame apart from its octets.
    package struct Arrival: Sendable {
        /// The octets that it had on the wire; fewer may have been kept.
        package let length: Int
        private let time: timeval

        init(length: Int, time: timeval) {
            self.length = length
            self.time = time
        }

        /// How long ago the kernel took it in. By the wall clock: wrong, perhaps negative, while that is being set.
        package var age: Duration {
            var now = timespec()
            unsafe clock_gettime(CLOCK_REALTIME, &now)
            return .seconds(now.tv_sec - time.tv_sec) + .nanoseconds(now.tv_nsec - time.tv_usec * 1000)
        }
    }

    package struct Options: Hashable, Sendable {
        /// In the language of pcap-filter(7).
        package var filter: String
        /// Octets kept of a frame.
        package var snapshotLength: CInt = 512
        /// Octets of the kernel's ring.
        package var bufferSize: CInt = 1 << 20

        package init(filter: String) { self.filter = filter }
    }

    package let interface: String
    /// Readable when frames have come, or when something is wrong.
    package let descriptor: CInt
    private let handle: OpaquePointer

    /// Opens the interface in the network namespace of the calling thread: incoming frames alone, each delivered at
    /// once, without making the interface receive frames for other hosts.
    package init(interface: String, options: Options) throws(PacketCaptureError) {
        func failure(_ problem: PacketCaptureError.Problem) -> PacketCaptureError {
            PacketCaptureError(interface: interface, problem: problem)
        }
        var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        guard let handle = unsafe pcap_create(interface, &message) else {
            throw failure(.other(PacketCapture.text(message)))
        }
        // Until `self` is whole, its deinit does not run.
        var isOpened = false
        defer { if !isOpened { unsafe pcap_close(handle) } }
        unsafe pcap_set_snaplen(handle, options.snapshotLength)
        unsafe pcap_set_buffer_size(handle, options.bufferSize)
        unsafe pcap_set_promisc(handle, 0)
        unsafe pcap_set_timeout(handle, 100)
        unsafe pcap_set_immediate_mode(handle, 1)
        let status = unsafe pcap_activate(handle)
        // Above zero are warnings.
        guard status >= 0 else {
            throw failure(
                unsafe PacketCapture.problem(status: status, handle: handle))
        }
        guard unsafe pcap_datalink(handle) == DLT_EN10MB else { throw failure(.notEthernet) }
        guard unsafe pcap_setdirection(handle, PCAP_D_IN) == 0 else {
            throw failure(.other(unsafe PacketCapture.lastError(handle)))
        }
        var program = unsafe bpf_program()
        guard unsafe pcap_compile(handle, &program, options.filter, 1, PCAP_NETMASK_UNKNOWN) == 0 else {
            throw failure(.other(unsafe PacketCapture.lastError(handle)))
        }
        defer { unsafe pcap_freecode(&program) }
        guard unsafe pcap_setfilter(handle, &program) == 0 else {
            throw failure(.other(unsafe PacketCapture.lastError(handle)))
        }
        guard unsafe pcap_setnonblock(handle, 1, &message) == 0 else {
            throw failure(.other(PacketCapture.text(message)))
        }
        let descriptor = unsafe pcap_get_selectable_fd(handle)
        guard descriptor >= 0 else { throw failure(.other("its descriptor cannot be waited on")) }
        self.interface = interface
        self.descriptor = descriptor
        unsafe self.handle = unsafe handle
        isOpened = true
    }

    deinit { unsafe pcap_close(handle) }

    /// Hands the frames that have come to `body`, at most `limit` of them, and returns their number. The frame is as
    /// much as was kept of it, and valid only inside `body`.
    package borrowing func receive(
        limit: Int, _ body: (_ frame: Span<UInt8>, _ arrival: Arrival) -> Void
    ) throws(PacketCaptureError) -> Int {
        var count = 0
        while count < limit {
            var header: UnsafeMutablePointer<pcap_pkthdr>?
            var data: UnsafePointer<UInt8>?
            let status = unsafe pcap_next_ex(handle, &header, &data)
            switch status {
            case 1:
                guard let header = unsafe header, let data = unsafe data else { return count }
                let kept = unsafe Int(header.pointee.caplen)
                let frame = unsafe UnsafeBufferPointer(start: data, count: kept)
                body(
                    unsafe frame.span,
                    unsafe Arrival(length: Int(header.pointee.len), time: header.pointee.ts))
                count += 1
            case 0, PCAP_ERROR_BREAK:
                return count
            default:
                throw PacketCaptureError(
                    interface: interface, problem: unsafe PacketCapture.problem(status: status, handle: handle))
            }
        }
        return count
    }

    /// Sends a frame, beginning with its Ethernet header.
    package borrowing func send(_ frame: Span<UInt8>) throws(PacketCaptureError) {
        let sent = unsafe frame.withUnsafeBytes { unsafe pcap_inject(handle, $0.baseAddress, $0.count) }
        guard sent < 0 else { return }
        let code = errno
        let problem: PacketCaptureError.Problem =
            switch code {
            case ENXIO, ENODEV: .interfaceGone
            case ENETDOWN: .interfaceDown
            case EPERM: .notPermitted(missing: .netRaw)
            default: .other(SystemError.text(of: code))
            }
        throw PacketCaptureError(interface: interface, problem: problem)
    }

    /// Since the capture began; zeros if the kernel does not say.
    package borrowing func statistics() -> Statistics {
        var counts = pcap_stat()
        guard unsafe pcap_stats(handle, &counts) == 0 else { return Statistics() }
        return Statistics(received: Int(counts.ps_recv), dropped: Int(counts.ps_drop))
    }

    private static func problem(status: CInt, handle: OpaquePointer) -> PacketCaptureError.Problem {
        switch status {
        case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED: return .notPermitted(missing: .netRaw)
        case PCAP_ERROR_NO_SUCH_DEVICE: return .noSuchInterface
        case PCAP_ERROR_IFACE_NOT_UP: return .interfaceDown
        default:
            let text = unsafe lastError(handle)
            // The only sign that libpcap gives.
            return text.contains("disappeared") ? .interfaceGone : .other(text)
        }
    }

    private static func lastError(_ handle: OpaquePointer) -> String {
        guard let text = unsafe pcap_geterr(handle) else { return "unknown error" }
        return unsafe String(cString: text)
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
