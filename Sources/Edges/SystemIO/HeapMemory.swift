import CLinux

/// The memory that the process has of the system for its objects.
package enum HeapMemory {
    /// Gives back to the system what no object occupies.
    ///
    /// The C library keeps most of what was freed, in case it is needed again: after a burst, that is all that the burst
    /// took. Takes some milliseconds where there are many megabytes, in which other threads may wait for memory.
    package static func returnUnused() { _ = malloc_trim(0) }
}
