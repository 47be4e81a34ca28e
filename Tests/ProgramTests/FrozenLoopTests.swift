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

    /// Stops the thread that next waits for the disk, as a disk that hangs does, and lets it go on after a while.
    private static let hangingDisk = """
        import ctypes, os, platform, signal, sys, time
        process, seconds = int(sys.argv[1]), float(sys.argv[2])
        fdatasync = {'x86_64': 75, 'aarch64': 83}[platform.machine()]
        libc = ctypes.CDLL(None, use_errno=True)
        libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        info = ctypes.create_string_buffer(88)
        threads = [int(t) for t in os.listdir('/proc/%d/task' % process)]
        for thread in threads:
            if libc.ptrace(0x4206, thread, None, 1 | 8) < 0:  # PTRACE_SEIZE, to be told of system calls and new threads
                sys.exit('ptrace: ' + os.strerror(ctypes.get_errno()))
            libc.ptrace(0x4207, thread, None, None)  # PTRACE_INTERRUPT
        print('ready', flush=True)
        while True:
            thread, status = os.waitpid(-1, 0x40000000)  # __WALL
            if not os.WIFSTOPPED(status):
                continue
            number = os.WSTOPSIG(status)
            if number == signal.SIGTRAP | 0x80:
                libc.ptrace(0x420e, thread, len(info), ctypes.addressof(info))  # PTRACE_GET_SYSCALL_INFO
                if info.raw[0] == 1 and int.from_bytes(info.raw[24:32], sys.byteorder) == fdatasync:
                    break
            passed = number if status >> 16 == 0 and number not in (signal.SIGTRAP, signal.SIGTRAP | 0x80) else 0
            libc.ptrace(24, thread, None, passed)  # PTRACE_SYSCALL
        hanging = thread
        for thread in os.listdir('/proc/%d/task' % process):
            if int(thread) == hanging:
                continue
            libc.ptrace(0x4207, int(thread), None, None)
            os.waitpid(int(thread), 0x40000000)
            libc.ptrace(17, int(thread), None, None)  # PTRACE_DETACH
        print('hanging', flush=True)
        time.sleep(seconds)
        libc.ptrace(17, hanging, None, None)
        """

    @Test("The disk hangs → health names the loop of assignments, addresses are answered; it goes on → health is ok")
    func assignment() async throws {
        let lab = try RunLab()
        let process = try await lab.start()
        defer { process.stop() }
        #expect(try await eventually { try await lab.answers("192.0.2.10") }, "\(process.errors)")
        let disk = try lab.node.start(
            "python3", "-c", Self.hangingDisk, "\(process.pid)", "9")
        defer { disk.stop() }
        try #require(await eventually { disk.output.contains("ready") }, "\(disk.errors)")
        try lab.write("api.yaml", RunLab.service("api"))
        try #require(await eventually { disk.output.contains("hanging") }, "\(disk.errors)")
        let isSaid = try await eventually {
            let health = try await lab.node.run("curl", "-s", "http://127.0.0.1:7472/healthz")
            return health.output.contains("the loop assignment has been frozen")
        }
        #expect(isSaid, "\(process.errors)")
        #expect(try await lab.answers("192.0.2.10"))
        let isBack = try await eventually {
            try await lab.node.run("curl", "-sf", "http://127.0.0.1:7472/healthz").succeeded
        }
        #expect(isBack, "\(process.errors)")
        #expect(try await eventually { try await lab.answers("192.0.2.11") }, "\(process.errors)")
    }

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
