using System.Runtime.InteropServices;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>A thread that gives way: while all of them hash, requests that need no hash still find a processor.</summary>
internal static class HashingThread
{
    private const int ThisThread = 0;
    private const uint Batch = 3;
    private const int Nicer = 10;

    /// <summary>
    /// In nanoseconds. Others have 0.7 to 3 ms, and one that wakes goes before one whose slice is longer. Not longer than it takes: who has just had
    /// more than its share isn't let before, and waits for the slice to end.
    /// </summary>
    private const ulong Slice = 6_000_000;

    public static Thread Start(string name, Action run)
    {
        var thread = new Thread(() =>
        {
            GiveWay();
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
    /// .NET's own thread priorities do nothing on Linux, where niceness is each thread's. Nicer: a tenth of what others get while they want the processor, but
    /// not nothing, as SCHED_IDLE would. Batch, and with a longer slice since Linux 6.12: a request that wakes a thread finds the processor sooner. Where it is
    /// refused, all stay equal.
    /// </summary>
    private static void GiveWay()
    {
        if (OperatingSystem.IsLinux() && SetAttributesCall is { } number)
        {
            try
            {
                var attributes = new SchedulingAttributes
                {
                    Size = (uint)Marshal.SizeOf<SchedulingAttributes>(),
                    Policy = Batch,
                    Nice = Nicer,
                    Runtime = Slice,
                };
                _ = SystemCall(number, ThisThread, ref attributes, flags: 0);
            }
            catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
            {
            }
        }
    }

    /// <summary>The number of sched_setattr(2), which C libraries older than glibc 2.41 have no function for.</summary>
    private static nint? SetAttributesCall => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 314,
        Architecture.Arm64 => 274,
        _ => null,
    };

    [DllImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SystemCall(nint number, nint thread, ref SchedulingAttributes attributes, nint flags);

    /// <summary>struct sched_attr, as of its first version.</summary>
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
