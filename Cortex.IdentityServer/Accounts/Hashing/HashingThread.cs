using System.Runtime.InteropServices;

namespace Cortex.IdentityServer.Accounts.Hashing;

/// <summary>A thread that gives way: while all of them hash, requests that need no hash still find a processor.</summary>
internal static class HashingThread
{
    private const int Process = 0;
    private const int ThisThread = 0;
    private const int Nicer = 10;

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

    private static void GiveWay()
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                // .NET's own thread priorities do nothing on Linux, where niceness is each thread's. Where it is refused, all stay equal.
                _ = SetPriority(Process, ThisThread, Nicer);
            }
            catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
            {
            }
        }
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, int who, int priority);
}
