; The Windows installer, for Inno Setup 6.3 or newer. packaging/bundle/windows.py calls the compiler with the three values:
;   iscc /DVersion=0.1.0 /DApplication=C:\...\dist\pt2k /DOutput=C:\...\dist packaging\windows\pt2k.iss
; Compiled with Inno Setup 6.4.1, installed and uninstalled under Wine with a stand-in for the application. Not yet run on
; Windows.

#ifndef Version
  #error Give the version: /DVersion=0.1.0
#endif
#ifndef Application
  #error Give the folder of the bundled application: /DApplication=...
#endif
#ifndef Output
  #error Give the folder for the installer: /DOutput=...
#endif

[Setup]
; The identity by which an upgrade finds the earlier version. It never changes.
AppId={{6C1B8C0E-5B1E-4B57-9E4E-2A7D54C0F1A9}
AppName=PT2K
AppVersion={#Version}
AppVerName=PT2K {#Version}
AppPublisher=The PT2K founders
VersionInfoVersion={#Version}
LicenseFile=..\..\LICENSE
; For the one user by default, without an administrator's password; a dialog offers all users.
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog commandline
DefaultDirName={autopf}\PT2K
DisableProgramGroupPage=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
ChangesAssociations=yes
CloseApplications=yes
SetupIconFile=pt2k.ico
UninstallDisplayIcon={app}\pt2k-gui.exe
UninstallDisplayName=PT2K
WizardStyle=modern
OutputDir={#Output}
OutputBaseFilename=PT2K-{#Version}-windows-x64-setup
Compression=lzma2/max
SolidCompression=yes
LZMAUseSeparateProcess=yes

[Languages]
Name: "english"; MessagesFile: "compiler:Default.isl"

[Tasks]
Name: "associations"; Description: "Offer PT2K for model files (.pt2, .pt, .pth, .ckpt, .safetensors, .onnx)"
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[InstallDelete]
; An upgrade leaves no file of the version before.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Application}\*"; DestDir: "{app}"; Flags: recursesubdirs createallsubdirs ignoreversion

[Icons]
Name: "{autoprograms}\PT2K"; Filename: "{app}\pt2k-gui.exe"; Comment: "Turn a PyTorch model into a Keras model"
Name: "{autoprograms}\PT2K command line"; Filename: "{cmd}"; Parameters: "/K set ""PATH={app};%PATH%"" && pt2k --help"; WorkingDir: "{%USERPROFILE}"; IconFilename: "{app}\pt2k.exe"
Name: "{autodesktop}\PT2K"; Filename: "{app}\pt2k-gui.exe"; Tasks: desktopicon

[Registry]
; One kind of document. The endings name it under OpenWithProgids: PT2K is offered, and no other program's claim is taken.
Root: HKA; Subkey: "Software\Classes\PT2K.Model"; ValueType: string; ValueData: "Neural network model"; Flags: uninsdeletekey; Tasks: associations
Root: HKA; Subkey: "Software\Classes\PT2K.Model\DefaultIcon"; ValueType: string; ValueData: "{app}\pt2k-gui.exe,0"; Tasks: associations
Root: HKA; Subkey: "Software\Classes\PT2K.Model\shell\open\command"; ValueType: string; ValueData: """{app}\pt2k-gui.exe"" ""%1"""; Tasks: associations
Root: HKA; Subkey: "Software\Classes\.pt2"; Flags: uninsdeletekeyifempty; Tasks: associations
Root: HKA; Subkey: "Software\Classes\.pt2\OpenWithProgids"; ValueType: string; ValueName: "PT2K.Model"; ValueData: ""; Flags: uninsdeletevalue uninsdeletekeyifempty; Tasks: associations
Root: HKA; Subkey: "Software\Classes\.pt"; Flags: uninsdeletekeyifempty; Tasks: associations
Root: HKA; Subkey: "Software\Classes\.pt\OpenWithProgids"; ValueType: string; ValueName: "PT2K.Model"; ValueData: ""; Flags: uninsdeletevalue uninsdeletekeyifempty; Tasks: associations
Root: HKA; Subkey: "Software\Classes\.pth"; Flags: uninsdeletekeyifempty; Tasks: associations
Root: HKA; Subkey: "Software\Classes\.pth\OpenWithProgids"; ValueType: string; ValueName: "PT2K.Model"; ValueData: ""; Flags: uninsdeletevalue uninsdeletekeyifempty; Tasks: associations
Root: HKA; Subkey: "Software\Classes\.ckpt"; Flags: uninsdeletekeyifempty; Tasks: associations
Root: HKA; Subkey: "Software\Classes\.ckpt\OpenWithProgids"; ValueType: string; ValueName: "PT2K.Model"; ValueData: ""; Flags: uninsdeletevalue uninsdeletekeyifempty; Tasks: associations
Root: HKA; Subkey: "Software\Classes\.safetensors"; Flags: uninsdeletekeyifempty; Tasks: associations
Root: HKA; Subkey: "Software\Classes\.safetensors\OpenWithProgids"; ValueType: string; ValueName: "PT2K.Model"; ValueData: ""; Flags: uninsdeletevalue uninsdeletekeyifempty; Tasks: associations
Root: HKA; Subkey: "Software\Classes\.onnx"; Flags: uninsdeletekeyifempty; Tasks: associations
Root: HKA; Subkey: "Software\Classes\.onnx\OpenWithProgids"; ValueType: string; ValueName: "PT2K.Model"; ValueData: ""; Flags: uninsdeletevalue uninsdeletekeyifempty; Tasks: associations
; Under "Default apps" in the system's settings.
Root: HKA; Subkey: "Software\PT2K"; Flags: uninsdeletekeyifempty
Root: HKA; Subkey: "Software\PT2K\Capabilities"; ValueType: string; ValueName: "ApplicationName"; ValueData: "PT2K"; Flags: uninsdeletekey; Tasks: associations
Root: HKA; Subkey: "Software\PT2K\Capabilities"; ValueType: string; ValueName: "ApplicationDescription"; ValueData: "Turns a PyTorch model into a Keras model"; Tasks: associations
Root: HKA; Subkey: "Software\PT2K\Capabilities\FileAssociations"; ValueType: string; ValueName: ".pt2"; ValueData: "PT2K.Model"; Tasks: associations
Root: HKA; Subkey: "Software\PT2K\Capabilities\FileAssociations"; ValueType: string; ValueName: ".pt"; ValueData: "PT2K.Model"; Tasks: associations
Root: HKA; Subkey: "Software\PT2K\Capabilities\FileAssociations"; ValueType: string; ValueName: ".pth"; ValueData: "PT2K.Model"; Tasks: associations
Root: HKA; Subkey: "Software\PT2K\Capabilities\FileAssociations"; ValueType: string; ValueName: ".ckpt"; ValueData: "PT2K.Model"; Tasks: associations
Root: HKA; Subkey: "Software\PT2K\Capabilities\FileAssociations"; ValueType: string; ValueName: ".safetensors"; ValueData: "PT2K.Model"; Tasks: associations
Root: HKA; Subkey: "Software\PT2K\Capabilities\FileAssociations"; ValueType: string; ValueName: ".onnx"; ValueData: "PT2K.Model"; Tasks: associations
Root: HKA; Subkey: "Software\RegisteredApplications"; ValueType: string; ValueName: "PT2K"; ValueData: "Software\PT2K\Capabilities"; Flags: uninsdeletevalue; Tasks: associations

[Run]
Filename: "{app}\pt2k-gui.exe"; Description: "{cm:LaunchProgram,PT2K}"; Flags: nowait postinstall skipifsilent

[UninstallDelete]
Type: filesandordirs; Name: "{app}\_internal"
Type: dirifempty; Name: "{app}"
