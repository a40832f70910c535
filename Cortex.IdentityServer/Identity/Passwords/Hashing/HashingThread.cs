using System.Runtime.InteropServices;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>A low-priority thread: while all of them hash, requests that need no hash still get processor time.</summary>
internal static class HashingThread
{
    private const int ThisThread = 0;
    private const uint BatchPolicy = 3;
    private const int Niceness = 10;

    /// <summary>
    /// The scheduler's time slice in nanoseconds. Other threads have 0.7 to 3 ms, and a waking thread preempts one with a longer slice. A much longer slice
    /// would hurt: a thread that has just used more than its share doesn't preempt, and waits for the slice to end.
    /// </summary>
    private const ulong TimeSlice = 6_000_000;

    public static Thread Start(string name, Action run)
    {
        var thread = new Thread(() =>
        {
            LowerPriority();
            run();
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        return thread;
    }

    /// <summary>
    /// .NET's thread priorities have no effect on Linux, where each thread has its own niceness. At this niceness, a thread gets a tenth of the time of
    /// other runnable threads, rather than nothing, as with SCHED_IDLE. With the batch policy, and with a longer slice since Linux 6.12, a thread that a
    /// request wakes gets the processor sooner. If the system call fails, all threads keep equal priority.
    /// </summary>
    private static void LowerPriority()
    {
        if (OperatingSystem.IsLinux() && SetAttributesCall is { } number)
        {
            try
            {
                var attributes = new SchedulingAttributes
                {
                    Size = (uint)Marshal.SizeOf<SchedulingAttributes>(),
                    Policy = BatchPolicy,
                    Nice = Niceness,
                    Runtime = TimeSlice,
                };
                _ = SystemCall(number, ThisThread, ref attributes, flags: 0);
            }
            catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
            {
            }
        }
    }

    /// <summary>The number of the sched_setattr(2) system call, for which C libraries before glibc 2.41 have no function.</summary>
    private static nint? SetAttributesCall => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 314,
        Architecture.Arm64 => 274,
        _ => null,
    };

    [DllImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SystemCall(nint number, nint thread, ref SchedulingAttributes attributes, nint flags);

    /// <summary>The first version of <c>struct sched_attr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct SchedulingAttributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }
}
