import Glibc
import Testing

@testable import NetworkIO

@Suite("Real-time obstacle") struct RealtimeObstacleTests {
    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let code: CInt
        let hasCapability: Bool
        let runtime: String?
        let words: [String]
        let absent: String?
    }

    static let rows = [
        Row(
            testDescription: "no capability → that", code: EPERM, hasCapability: false, runtime: "0\n",
            words: ["CAP_SYS_NICE is missing"], absent: "group"),
        Row(
            testDescription: "a control group without real-time time → that, and not the capability", code: EPERM,
            hasCapability: true, runtime: "0\n", words: ["control group", "cpu.rt_runtime_us", "RT_GROUP_SCHED"],
            absent: "CAP_SYS_NICE"),
        Row(
            testDescription: "refused where no file says why (cgroup v2) → the same", code: EPERM, hasCapability: true,
            runtime: nil, words: ["control group", "RT_GROUP_SCHED"], absent: "CAP_SYS_NICE"),
        Row(
            testDescription: "the group has time → neither", code: EPERM, hasCapability: true, runtime: "950000\n",
            words: ["although CAP_SYS_NICE is present", "950000"], absent: "RT_GROUP_SCHED"),
        Row(
            testDescription: "another error → what the kernel says", code: EINVAL, hasCapability: true, runtime: "0",
            words: ["Invalid argument"], absent: "CAP_SYS_NICE"),
    ]

    @Test("the cause that is named", arguments: rows) func cause(row: Row) {
        let cause = RealtimeObstacle.cause(code: row.code, hasCapability: row.hasCapability, runtime: row.runtime)
        for word in row.words { #expect(cause.contains(word), "\(cause)") }
        if let absent = row.absent { #expect(!cause.contains(absent), "\(cause)") }
    }

    @Test("the group of the controller cpu, and of no other") func group() {
        let rows: [(text: String, path: String?)] = [
            ("4:cpu,cpuacct:/kubepods/pod1\n3:cpuset:/x\n", "/kubepods/pod1"), ("3:cpuset:/x\n2:cpu:/a:b\n", "/a:b"),
            ("0::/user.slice\n", nil), ("3:cpuset:/x", nil), ("", nil),
        ]
        for row in rows { #expect(RealtimeObstacle.path(inGroups: row.text) == row.path, "\(row)") }
    }
}
