"""The texts of ``pt2k_gui`` for people."""

from __future__ import annotations

from pt2k_gui.message import template

# files
FILES_NO_SPACE = template("files.files_no_space", "there is no space left on the disk")
FREE_SPACE = template("files.free_space", "Free some space or choose another folder.")
FILES_TOO_LARGE = template("files.files_too_large", "files that large are not allowed there")
RAISE_LIMIT = template("files.raise_limit", "Choose another folder, or raise the limit.")
FILES_QUOTA = template("files.files_quota", "your disk quota is used up")
FILES_NO_PERMISSION = template("files.files_no_permission", "you don't have permission to write there")
CHANGE_PERMISSIONS = template("files.change_permissions", "Choose another folder, or change its permissions.")
FILES_READ_ONLY = template("files.files_read_only", "the disk is read-only")
CHOOSE_FOLDER = template("files.choose_folder", "Choose another folder.")
FILES_NO_FOLDER = template("files.files_no_folder", "the folder does not exist")
CREATE_FOLDER = template("files.create_folder", "Create the folder first, or choose another one.")
FILES_PART_IS_FILE = template("files.files_part_is_file", "part of the path is a file, not a folder")
FILES_NAME_TOO_LONG = template("files.files_name_too_long", "the name is too long")
SHORTER_NAME = template("files.shorter_name", "Choose a shorter name.")
FILES_PATH_TOO_LONG = template("files.files_path_too_long", "the path has more than {most} characters")
FILES_NO_NAME = template("files.files_no_name", "Windows takes no file of this name")
ANOTHER_NAME = template("files.another_name", "Choose a name of letters and digits.")
FILES_IN_USE = template("files.files_in_use", "another program has it open")
CLOSE_IT = template("files.close_it", "Close that program, or choose another name.")
FILES_IS_FOLDER = template("files.files_is_folder", "it is a folder")
NAME_IN_FOLDER = template("files.name_in_folder", "Choose a file name inside it.")
ANOTHER_PLACE = template("files.another_place", "Choose another location.")
CANNOT_WRITE = template("files.cannot_write", "{path} can't be written: {reason}.")
FOLDER_NOT_FILE = template("files.folder_not_file", "{file} is a folder, not a model file.")
FILE_INSIDE = template("files.file_inside", "Choose a file inside it.")
EMPTY = template("files.empty", "{file} is empty.")
EMPTY_COPY_AGAIN = template("files.empty_copy_again", "Copy or download it again: the transfer probably didn't finish.")
NOT_FOUND = template("files.not_found", "{file} does not exist.")
CHECK_NAME = template("files.check_name", "Check the name and the folder.")
NO_PERMISSION = template("files.no_permission", "{file} can't be read: you don't have permission.")
COPY_TO_OWN_FOLDER = template("files.copy_to_own_folder", "Change its permissions, or copy it to a folder of your own.")
CANNOT_READ = template("files.cannot_read", "{file} can't be read: {reason}.")

# ways out
CHECK_DISK = template("files.check_disk", "Check that its disk is connected, or copy the file to another folder.")
