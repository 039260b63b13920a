using System.Runtime.InteropServices;

namespace ActiveInas.Tests.Data;

/// <summary>Makes WebP, compressed TIFF and photographic JPEG files with libgd's encoders.</summary>
internal static partial class GdEncoder
{
    public static byte[] WebP(int height, int width, byte[] rgb) => Encode(height, width, rgb, static (IntPtr image, out int size) => WebpPtrEx(image, out size, 101));

    public static byte[] Tiff(int height, int width, byte[] rgb) => Encode(height, width, rgb, TiffPtr);

    public static byte[] Jpeg(int height, int width, byte[] rgb) => Encode(height, width, rgb, static (IntPtr image, out int size) => JpegPtr(image, out size, 95));

    private delegate IntPtr Encoder(IntPtr image, out int size);

    private static byte[] Encode(int height, int width, byte[] rgb, Encoder encoder)
    {
        IntPtr image = CreateTrueColor(width, height);
        for (int i = 0; i < height * width; i++)
        {
            SetPixel(image, i % width, i / width, (rgb[3 * i] << 16) | (rgb[(3 * i) + 1] << 8) | rgb[(3 * i) + 2]);
        }

        IntPtr data = encoder(image, out int size);
        byte[] file = new byte[size];
        Marshal.Copy(data, file, 0, size);
        Free(data);
        Destroy(image);
        return file;
    }

    [DllImport("libgd.so.3", EntryPoint = "gdImageCreateTrueColor")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr CreateTrueColor(int width, int height);

    [DllImport("libgd.so.3", EntryPoint = "gdImageSetPixel")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void SetPixel(IntPtr image, int x, int y, int color);

    [DllImport("libgd.so.3", EntryPoint = "gdImageWebpPtrEx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr WebpPtrEx(IntPtr image, out int size, int quality);

    [DllImport("libgd.so.3", EntryPoint = "gdImageTiffPtr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr TiffPtr(IntPtr image, out int size);

    [DllImport("libgd.so.3", EntryPoint = "gdImageJpegPtr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr JpegPtr(IntPtr image, out int size, int quality);

    [DllImport("libgd.so.3", EntryPoint = "gdFree")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void Free(IntPtr data);

    [DllImport("libgd.so.3", EntryPoint = "gdImageDestroy")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void Destroy(IntPtr image);
}
