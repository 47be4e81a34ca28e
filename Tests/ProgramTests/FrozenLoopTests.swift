import Foundation
import LinkLayer
import TestSupport
import Testing
import Timing

/// One thread of a process stands still while all others go on.
@Suite("Frozen loops", .enabled(if: NetworkNamespace.isPermitted, "needs root"), .serialized)
struct FrozenLoopTests {
    /// Stops one thread, as a debugger does, and lets it go on after a while.
    private static let script = """
        import ctypes, os, sys, time
        process, name, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
        tasks = '/proc/' + process + '/task/'
        thread = next(int(t) for t in os.listdir(tasks) if open(tasks + t + '/comm').read().strip() == name)
        libc = ctypes.CDLL(None, use_errno=True)
        libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        def trace(request):
            if libc.ptrace(request, thread, None, None) < 0:
                sys.exit('ptrace: ' + os.strerror(ctypes.get_errno()))
        trace(0x4206)  # PTRACE_SEIZE
        trace(0x4207)  # PTRACE_INTERRUPT
        os.waitpid(thread, 0x40000000)  # __WALL
        time.sleep(seconds)
        trace(17)  # PTRACE_DETACH
        """

    @Test(
        "The thread that answers stands still → another node answers within half a second, and health says it; it goes on → one answers"
    )
    func layer2() async throws {
        let lab = try SegmentLab(nodes: 3)
        defer { lab.stop() }
        try await lab.start(1...3)
        let owner = try await FailoverTests.settled(lab)
        let process = try #require(lab.processID(owner))
        async let freezing = lab.node(owner).run("python3", "-c", Self.script, "\(process)", "layer2", "8")
        let frozen = try await FailoverTests.watch(lab, "thread of layer 2 frozen", for: .seconds(4)) {}
        #expect(frozen.owners.count == 2, "\(lab.logs)")
        #expect(frozen.outage < .milliseconds(500), "\(lab.logs)")
        let isSaid = try await eventually {
            let health = try await lab.node(owner).run("curl", "-s", "http://127.0.0.1:7472/healthz")
            return health.output.contains("layer2")
        }
        #expect(isSaid, "\(lab.logs)")
        let frozenLong = try await freezing
        try #require(frozenLong.succeeded, "\(frozenLong)")
        // It has much to answer that is old, and to hear that another has the address.
        try await Task.sleep(for: .seconds(2))
        let after = try await lab.ask(for: .seconds(1))
        #expect(after.owners.count == 1 && after.outage < .milliseconds(100), "\(lab.logs)")
        let isBack = try await eventually {
            let health = try await lab.node(owner).run("curl", "-sf", "http://127.0.0.1:7472/healthz")
            let other = owner == 1 ? 2 : 1
            let members = try await lab.status(other)
            return health.succeeded && members.components(separatedBy: "\"Up\"").count == 3
        }
        #expect(isBack, "\(lab.logs)")
    }
}
